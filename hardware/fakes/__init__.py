"""Stand-ins for the hardware, shipped with the product: for demonstrations, tests and training.

`scripted` presses a list, `gpio` moves gpiozero's mock pins, `pad` is a serial pad on a real pseudo-terminal,
`bounce` has the bounce trains of contacts. Each is imported by its own name, so that a demonstration without
hardware does not load gpiozero.
"""
