//! Any split of the same bytes gives the same result.

use crate::{fixtures::real_logs, log::read};

#[test]
fn every_chunk_size_gives_the_same_timeline() {
    for (name, bytes) in real_logs() {
        // The tail of the log cut in the middle of a line must not depend on the split either.
        for bytes in [&bytes[..], &bytes[..bytes.len() - 40]] {
            let whole = read(&[bytes]);
            for size in [1, 2, 3, 7, 64, 1000, 4096] {
                let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
                assert_eq!(read(&chunks), whole, "{name} in chunks of {size}");
            }
        }
    }
}

#[test]
fn a_split_inside_a_character_changes_nothing() {
    let line =
        "{\"Event\":\"SparkListenerApplicationStart\",\"App Name\":\"Größe ✓\",\"Timestamp\":1}\n"
            .as_bytes();
    let whole = read(&[line]);
    assert_eq!(whole.application_name.as_deref(), Some("Größe ✓"));
    for at in 0..line.len() {
        let (head, tail) = line.split_at(at);
        assert_eq!(read(&[head, tail]), whole);
    }
}
