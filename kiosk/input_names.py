"""What the inputs are called where a technician reads of them."""

from collections.abc import Mapping

from hardware.events import Source
from kiosk.config.phrase import Phrase

INPUT_NAMES: Mapping[Source, Phrase] = {
    Source.TOUCH: Phrase("touch"),
    Source.MOUSE: Phrase("touch"),  # so a finger arrives under some display servers, and both are one option
    Source.KEY: Phrase("keys"),
    Source.GPIO: Phrase("GPIO buttons"),
    Source.PAD: Phrase("pad"),
}
"""In lower case: they stand in sentences."""
