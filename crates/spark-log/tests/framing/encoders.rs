//! Writers of every codec, made from the descriptions of the formats and apart from the readers under test.

use twox_hash::XxHash32;
use zstd_safe::{CCtx, CParameter, InBuffer, OutBuffer};

/// One frame of unknown content size, as a stream is written.
pub(crate) fn zstd_frame(plain: &[u8], parameters: &[CParameter]) -> Vec<u8> {
    zstd_open_frame(&[plain], parameters, true)
}

/// A frame whose blocks are flushed after each piece; it ends only if it is `closed`.
pub(crate) fn zstd_open_frame(
    pieces: &[&[u8]],
    parameters: &[CParameter],
    closed: bool,
) -> Vec<u8> {
    let mut context = CCtx::create();
    for &parameter in parameters {
        context.set_parameter(parameter).unwrap();
    }
    let total: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut stored = Vec::with_capacity(zstd_safe::compress_bound(total) + 64 * pieces.len() + 64);
    for piece in pieces {
        let mut input = InBuffer::around(piece);
        while input.pos() < piece.len() {
            let position = stored.len();
            let mut output = OutBuffer::around_pos(&mut stored, position);
            context.compress_stream(&mut output, &mut input).unwrap();
        }
        let position = stored.len();
        let mut output = OutBuffer::around_pos(&mut stored, position);
        assert_eq!(context.flush_stream(&mut output).unwrap(), 0);
    }
    if closed {
        let position = stored.len();
        let mut output = OutBuffer::around_pos(&mut stored, position);
        assert_eq!(context.end_stream(&mut output).unwrap(), 0);
    }
    stored
}

/// The header of an lz4 block, of level 6 (up to 64 KiB).
pub(crate) fn lz4_header(method: u8, stored: u32, raw: u32, checksum: u32) -> Vec<u8> {
    let mut header = b"LZ4Block".to_vec();
    header.push(method | 6);
    for field in [stored, raw, checksum] {
        header.extend_from_slice(&field.to_le_bytes());
    }
    header
}

pub(crate) const LZ4_RAW: u8 = 0x10;
pub(crate) const LZ4_COMPRESSED: u8 = 0x20;

pub(crate) fn lz4_checksum(plain: &[u8]) -> u32 {
    XxHash32::oneshot(0x9747_b28c, plain) & 0x0fff_ffff
}

/// Blocks of up to `size` bytes and the empty block at the end. A block that does not shrink is stored raw.
pub(crate) fn lz4(plain: &[u8], size: usize) -> Vec<u8> {
    let mut stored = Vec::new();
    for block in plain.chunks(size) {
        let compressed = lz4_flex::block::compress(block);
        let (method, body) = if compressed.len() < block.len() {
            (LZ4_COMPRESSED, compressed.as_slice())
        } else {
            (LZ4_RAW, block)
        };
        let [length, raw] = [body.len(), block.len()].map(|size| u32::try_from(size).unwrap());
        stored.extend(lz4_header(method, length, raw, lz4_checksum(block)));
        stored.extend_from_slice(body);
    }
    stored.extend(lz4_header(LZ4_RAW, 0, 0, 0));
    stored
}

pub(crate) const SNAPPY_HEADER: &[u8] = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01";

/// A header, and blocks of up to `size` bytes.
pub(crate) fn snappy(plain: &[u8], size: usize) -> Vec<u8> {
    let mut stored = SNAPPY_HEADER.to_vec();
    for block in plain.chunks(size) {
        let compressed = snap::raw::Encoder::new().compress_vec(block).unwrap();
        stored.extend_from_slice(&u32::try_from(compressed.len()).unwrap().to_be_bytes());
        stored.extend(compressed);
    }
    stored
}

/// Chunks of up to `size` bytes, every second one stored raw.
pub(crate) fn lzf(plain: &[u8], size: usize) -> Vec<u8> {
    let mut stored = Vec::new();
    for (index, chunk) in plain.chunks(size).enumerate() {
        let compressed = lzf_compress(chunk);
        let is_raw = index % 2 == 1 || compressed.len() > usize::from(u16::MAX);
        let body = if is_raw { chunk } else { &compressed };
        stored.extend([b'Z', b'V', u8::from(!is_raw)]);
        stored.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        if !is_raw {
            stored.extend(u16::try_from(chunk.len()).unwrap().to_be_bytes());
        }
        stored.extend_from_slice(body);
    }
    stored
}

/// Literals, and the longest copy from each of the last few distances. Slow and simple.
fn lzf_compress(plain: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let mut literal: Vec<u8> = Vec::new();
    let mut at = 0;
    while at < plain.len() {
        let longest = (1..=at.min(40))
            .map(|distance| (copy_length(plain, at, distance), distance))
            .max_by_key(|&(length, distance)| (length, usize::MAX - distance));
        match longest {
            Some((length @ 3.., distance)) => {
                flush_literal(&mut literal, &mut compressed);
                let control = u8::try_from((length - 2).min(7) << 5).unwrap();
                compressed.push(control);
                if length >= 9 {
                    compressed.push(u8::try_from(length - 9).unwrap());
                }
                compressed.push(u8::try_from(distance - 1).unwrap());
                at += length;
            }
            _ => {
                literal.push(plain[at]);
                at += 1;
                if literal.len() == 32 {
                    flush_literal(&mut literal, &mut compressed);
                }
            }
        }
    }
    flush_literal(&mut literal, &mut compressed);
    compressed
}

fn copy_length(plain: &[u8], at: usize, distance: usize) -> usize {
    plain[at..]
        .iter()
        .zip(&plain[at - distance..])
        .take_while(|(here, there)| here == there)
        .take(264)
        .count()
}

fn flush_literal(literal: &mut Vec<u8>, compressed: &mut Vec<u8>) {
    if !literal.is_empty() {
        compressed.push(u8::try_from(literal.len() - 1).unwrap());
        compressed.append(literal);
    }
}
