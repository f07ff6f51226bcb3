"""The screens: they only draw. What to draw is a `kiosk.view.View`, where to draw it is `layout`."""
