"""What SDL does not tell of an X server: whether a window manager is there."""

import ctypes
import logging

log = logging.getLogger(__name__)

_LIBRARY = "libX11.so.6"
_SIGN = b"_NET_SUPPORTING_WM_CHECK"
"""The root window has this property while a window manager runs (Extended Window Manager Hints)."""

_ANY_TYPE = 0
_SUCCESS = 0


def manager_runs() -> bool:
    """Whether the X server of this process's display has a window manager; where that cannot be told, yes.

    The sign of one that has ended may still be there: then the full screen is asked for in vain, which takes 0.1 s.
    """
    try:
        x11 = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        log.info("whether a window manager runs is not known: %s", error)
        return True
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not display:
        return True
    try:
        return _has_sign(x11, display)
    finally:
        x11.XCloseDisplay(display)


def _has_sign(x11: ctypes.CDLL, display: ctypes.c_void_p) -> bool:
    x11.XInternAtom.restype = x11.XDefaultRootWindow.restype = ctypes.c_ulong
    sign = x11.XInternAtom(display, _SIGN, True)
    if not sign:
        return False  # nobody has ever used that name here
    kind, size_bits = ctypes.c_ulong(), ctypes.c_int()
    items, rest = ctypes.c_ulong(), ctypes.c_ulong()
    found = ctypes.c_void_p()
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    places = [ctypes.byref(place) for place in (kind, size_bits, items, rest, found)]
    length = (ctypes.c_long(0), ctypes.c_long(1))
    status = x11.XGetWindowProperty(
        display, root, ctypes.c_ulong(sign), *length, False, ctypes.c_ulong(_ANY_TYPE), *places
    )
    if found:
        x11.XFree(found)
    return status == _SUCCESS and kind.value != 0
