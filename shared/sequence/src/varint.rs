//! Variable-length integers (LEB128): seven bits a byte, the lowest first, none in more bytes than it needs. So equal
//! numbers are equal bytes.

/// Appends a number, in as few bytes as it needs.
pub fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// What is still to be read. Every method is `None` where the bytes are damaged, or too few.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these bytes from their start.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Reads the next number; `None` if it has more bytes than it needs.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let low = u64::from(byte & 0x7f);
            if shift == 63 && low > 1 {
                return None;
            }
            number |= low << shift;
            if *byte < 0x80 {
                return (*byte != 0 || shift == 0).then_some(number);
            }
        }
        None
    }

    /// The next number, if it fits.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    /// How many things follow, each of which takes a byte or more: never more than there are bytes, so that nothing is
    /// allocated on a damaged number's word.
    pub fn many(&mut self) -> Option<usize> {
        self.small().filter(|many| *many <= self.0.len())
    }

    /// The next bytes as text.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.many()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// Whether everything has been read.
    #[must_use]
    pub const fn at_end(&self) -> bool {
        self.0.is_empty()
    }
}
