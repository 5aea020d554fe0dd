"""The one error of this room: what the other side said cannot be read."""


class Lwm2mError(ValueError):
    """Content that breaks its format.

    The message says what is wrong, where (an offset or the offending text), and what would be right. The
    receiver turns it into an answer (usually 4.00 Bad Request); it is never a reason to stop.
    """
