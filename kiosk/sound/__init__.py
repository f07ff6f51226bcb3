"""One soft sound when a rating has been kept: the same for every level, so that nobody hears what was pressed.

`tone` makes it out of numbers, `hours` says when it is not wanted, `player` plays it on a thread of its own, and
`speaker` alone touches the sound card. A terminal without sound never loads the last two.
"""
