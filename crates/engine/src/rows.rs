//! Vectors rounded to bytes, one row per token.

/// How a row was rounded: a byte `u` stands for `scale · (u − zero)`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Rounding {
    pub(crate) scale: f32,
    /// 0 to 255.
    pub(crate) zero: i32,
}

/// Rows of bytes, each with its own rounding.
#[derive(Debug, Default)]
pub(crate) struct ByteRows {
    width: usize,
    bytes: Vec<u8>,
    roundings: Vec<Rounding>,
}

/// Some consecutive rows of [`ByteRows`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowsRef<'a> {
    pub(crate) width: usize,
    pub(crate) bytes: &'a [u8],
    pub(crate) roundings: &'a [Rounding],
}

/// The same, to write.
#[derive(Debug)]
pub(crate) struct RowsMut<'a> {
    pub(crate) width: usize,
    pub(crate) bytes: &'a mut [u8],
    pub(crate) roundings: &'a mut [Rounding],
}

impl ByteRows {
    /// Makes room for `rows` rows of `width`; what was there is lost. Allocates only to grow.
    pub(crate) fn reset(&mut self, rows: usize, width: usize) -> RowsMut<'_> {
        self.width = width;
        self.bytes.resize(rows * width, 0);
        self.roundings.resize(rows, Rounding::default());
        RowsMut { width, bytes: &mut self.bytes, roundings: &mut self.roundings }
    }

    /// Rows `first..first + count`.
    pub(crate) fn slice(&self, first: usize, count: usize) -> RowsRef<'_> {
        RowsRef {
            width: self.width,
            bytes: &self.bytes[first * self.width..(first + count) * self.width],
            roundings: &self.roundings[first..first + count],
        }
    }

    /// All rows.
    pub(crate) fn all(&self) -> RowsRef<'_> {
        self.slice(0, self.roundings.len())
    }
}
