"""What an address may hold: numbers that a key can be."""

from werkzeug.routing import IntegerConverter, Map

LARGEST_KEY = 2_147_483_647


class KeyConverter(IntegerConverter):
    """`<int:…>`, and a 404 for a number that no key reaches and a database would choke on."""

    def __init__(self, url_map: Map, maximum: int = LARGEST_KEY) -> None:
        super().__init__(url_map, max=maximum)
