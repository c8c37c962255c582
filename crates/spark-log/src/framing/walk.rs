//! Cuts what comes in pieces of any size into the parts that a format asks for.

use super::fault::Reason;
use super::format::{Format, Next, Plain};

/// Gives a format its parts, each in one piece.
pub(super) struct Walk<'a> {
    /// The beginning of a part that is not yet whole.
    pub(super) held: &'a mut Vec<u8>,
    /// Stored bytes before that.
    pub(super) passed: &'a mut u64,
}

impl Walk<'_> {
    /// On damage: how many bytes were left, counted from the part that is damaged but without those held.
    pub(super) fn read(
        &mut self,
        format: &mut dyn Format,
        mut stored: &[u8],
        plain: Plain<'_>,
    ) -> Result<(), (usize, Reason)> {
        while !stored.is_empty() {
            if self.held.is_empty() {
                let taken = format.read_ahead(stored, plain);
                *self.passed += taken as u64;
                stored = &stored[taken..];
                if stored.is_empty() {
                    break;
                }
            }
            match format.next() {
                Next::Skip(bytes) => {
                    let skipped = usize::try_from(bytes)
                        .unwrap_or(usize::MAX)
                        .min(stored.len());
                    format.skipped(skipped as u64);
                    *self.passed += skipped as u64;
                    stored = &stored[skipped..];
                }
                Next::Part(size) if self.held.is_empty() && stored.len() >= size => {
                    let (part, rest) = stored.split_at(size);
                    format
                        .read(part, plain)
                        .map_err(|reason| (stored.len(), reason))?;
                    *self.passed += size as u64;
                    stored = rest;
                }
                Next::Part(size) => {
                    let missing = size - self.held.len();
                    self.held.reserve_exact(missing);
                    let (taken, rest) = stored.split_at(missing.min(stored.len()));
                    self.held.extend_from_slice(taken);
                    stored = rest;
                    if self.held.len() == size {
                        format
                            .read(self.held, plain)
                            .map_err(|reason| (rest.len(), reason))?;
                        *self.passed += size as u64;
                        self.held.clear();
                    }
                }
            }
        }
        Ok(())
    }
}
