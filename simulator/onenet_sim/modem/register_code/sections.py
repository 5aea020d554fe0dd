"""The sections of a register code, and the bits of the network section."""

# The octets of a section's head (and, as it happens, of the header): what it is, and two for its size.
HEAD = 3
SECTION_MARK = 0xF0
INIT, NETWORK, LOG = 0xF1, 0xF2, 0xF3
SECTIONS = {INIT: "init section", NETWORK: "network section", LOG: "log section"}

# In the host's length of layout A.
BOOTSTRAP_NIBBLE = 0xF000
BOOTSTRAP_WORD = 0x1000

# In the flags of layout C. Layout B has an octet for bootstrap alone, taken as on when it is anything but 0;
# written is the same bit, which no source confirms.
FLAG_BOOTSTRAP = 0x80
FLAG_DTLS = 0x40
