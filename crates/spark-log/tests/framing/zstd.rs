//! zstd as Spark and others write it: many frames, open ones, skippable ones, checksums, wide windows.

use spark_log::{Codec, Damage, FramingFault, Unframer};
use zstd_safe::CParameter;

use crate::encoders::{zstd_frame, zstd_open_frame};
use crate::reading::{read, read_by};

const MIB: u64 = 1 << 20;

/// A frame that programs other than this one must step over.
fn skippable(number: u8, content: &[u8]) -> Vec<u8> {
    let mut stored = vec![0x50 + number, 0x2a, 0x4d, 0x18];
    stored.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
    stored.extend_from_slice(content);
    stored
}

fn lines(count: usize) -> Vec<u8> {
    (0..count)
        .flat_map(|number| {
            format!("{{\"Event\":\"E{}\",\"n\":{number}}}\n", number % 7).into_bytes()
        })
        .collect()
}

/// Bytes without order.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn thousands_of_frames_are_one_log() {
    let plain = lines(5000);
    let stored: Vec<u8> = plain
        .split_inclusive(|&byte| byte == b'\n')
        .flat_map(|line| zstd_frame(line, &[]))
        .collect();
    for size in [stored.len(), 100_000, 4096, 5] {
        assert!(read_by(&stored, size).whole() == plain, "by {size}");
    }
}

#[test]
fn an_unclosed_last_frame_is_read_and_said() {
    let closed = zstd_frame(b"closed\n", &[]);
    let open = zstd_open_frame(&[b"open 1\n", b"open 2\n"], &[], false);
    let stored = [closed, open].concat();
    let read = read(&stored);
    assert_eq!(read.plain, b"closed\nopen 1\nopen 2\n");
    let cut_off = FramingFault::CutOff {
        codec: Codec::Zstd,
        at: stored.len() as u64,
        unread: 0,
    };
    assert_eq!(read.fault(), cut_off);
}

#[test]
fn skippable_frames_are_stepped_over_wherever_they_stand() {
    let stored = [
        skippable(0, b"first"),
        zstd_frame(b"one ", &[]),
        skippable(15, b""),
        skippable(7, &[0; 70_000]),
        zstd_frame(b"two", &[]),
        skippable(3, b"last"),
    ]
    .concat();
    for size in [stored.len(), 1, 1000] {
        assert_eq!(read_by(&stored, size).whole(), b"one two");
    }
    assert_eq!(
        read(&[&stored[..], &skippable(1, b"")].concat()).whole(),
        b"one two"
    );
    let cut = read(&stored[..stored.len() - 1]);
    assert_eq!(cut.plain, b"one two");
    let unread = FramingFault::CutOff {
        codec: Codec::Zstd,
        at: stored.len() as u64 - 1,
        unread: 0,
    };
    assert_eq!(cut.fault(), unread);
}

#[test]
fn what_follows_the_last_frame_is_damage() {
    let frame = zstd_frame(b"good\n", &[]);
    for garbage in [
        &b"\n"[..],
        b"(",
        b"{\"Event\":1}",
        &[0; 100],
        b"\x28\xb5\x2f\xfe\0\0",
    ] {
        let read = read(&[&frame, garbage].concat());
        assert_eq!(read.plain, b"good\n");
        // `(` is the first byte of the magic number, so it may be a frame that is cut off.
        let is_cut = garbage == b"(";
        match read.fault() {
            FramingFault::CutOff { at, unread, .. } if is_cut => {
                assert_eq!((at, unread), (frame.len() as u64, 1));
            }
            FramingFault::Damaged {
                at, unread, damage, ..
            } if !is_cut => {
                assert_eq!(damage, Damage::NoBeginning);
                assert_eq!((at, unread), (frame.len() as u64, garbage.len() as u64));
            }
            fault => panic!("{garbage:?}: {fault:?}"),
        }
    }
}

#[test]
fn blocks_before_damage_are_handed_on_however_the_file_is_cut() {
    let pieces = [&lines(100)[..], &lines(200)[..], &lines(300)[..]];
    let before = zstd_open_frame(&pieces[..2], &[], false);
    let mut stored = zstd_open_frame(&pieces, &[], true);
    // The header of the third block: its type becomes the reserved one.
    stored[before.len()] |= 0b110;
    for size in [stored.len(), 1, 1000] {
        let read = read_by(&stored, size);
        assert!(read.plain == pieces[..2].concat(), "by {size}");
        let damaged = FramingFault::Damaged {
            codec: Codec::Zstd,
            at: before.len() as u64,
            unread: (stored.len() - before.len()) as u64,
            damage: Damage::Header,
        };
        assert_eq!(read.fault(), damaged);
    }
}

#[test]
fn a_checksum_is_checked() {
    let mut stored = zstd_frame(b"summed\n", &[CParameter::ChecksumFlag(true)]);
    assert_eq!(read(&stored).whole(), b"summed\n");
    *stored.last_mut().unwrap() ^= 1;
    for size in [stored.len(), 1] {
        let read = read_by(&stored, size);
        assert_eq!(read.plain, b"summed\n");
        match read.fault() {
            FramingFault::Damaged {
                damage,
                at,
                unread: 4,
                ..
            } => {
                assert_eq!(damage, Damage::Checksum);
                assert_eq!(at, stored.len() as u64 - 4);
            }
            fault => panic!("{fault:?}"),
        }
    }
}

#[test]
fn a_window_of_32_mib_is_read_and_a_wider_one_is_refused_by_name() {
    let plain = lines(1000);
    let widest = zstd_frame(&plain, &[CParameter::WindowLog(25)]);
    assert!(read(&widest).whole() == plain);

    for size in [1000, 1] {
        let wide = zstd_frame(&plain, &[CParameter::WindowLog(26)]);
        let read = read_by(&[&widest[..], &wide].concat(), size);
        assert!(read.plain == plain);
        match read.fault() {
            FramingFault::TooLarge {
                codec: Codec::Zstd,
                wanted,
                limit,
                ..
            } => {
                assert_eq!((wanted, limit), (64 * MIB, 32 * MIB));
            }
            fault => panic!("{fault:?}"),
        }
    }
}

#[test]
fn a_content_size_is_a_window_where_the_frame_is_one_segment() {
    for (size, is_read) in [(32 * MIB, true), (32 * MIB + 1, false), (u64::MAX, false)] {
        // One segment, an 8-byte content size; a raw block of 2 bytes follows.
        let header = [
            &b"\x28\xb5\x2f\xfd\xe0"[..],
            &size.to_le_bytes(),
            b"\x10\0\0ab",
        ]
        .concat();
        let read = read(&header);
        assert_eq!(read.plain == b"ab", is_read, "{size}");
        assert_eq!(
            matches!(read.fault(), FramingFault::TooLarge { .. }),
            !is_read
        );
    }
}

#[test]
fn headers_of_every_form_are_read() {
    // Content sizes in 1, 2 (less 256), 4 and 8 bytes, with a window and without, with an empty dictionary id.
    for header in [
        &b"\x20\x02"[..],
        b"\x60\x02\0",
        b"\xa0\x02\0\0\0",
        b"\xe0\x02\0\0\0\0\0\0\0",
        b"\x00\x48",
        b"\x01\x48\0",
        b"\x02\x48\0\0",
        b"\x03\x48\0\0\0\0",
        b"\x80\x48\x02\0\0\0",
    ] {
        let content: &[u8] = if header[0] == 0x60 {
            &[b'x'; 258]
        } else {
            b"ab"
        };
        let block = u32::try_from(content.len() << 3 | 1).unwrap().to_le_bytes();
        let stored = [b"\x28\xb5\x2f\xfd", header, &block[..3], content].concat();
        for size in [stored.len(), 1] {
            assert_eq!(
                read_by(&stored, size).whole(),
                content,
                "{header:x?} by {size}"
            );
        }
    }
}

#[test]
fn a_frame_that_needs_a_dictionary_says_so() {
    let stored = b"\x28\xb5\x2f\xfd\x01\x48\x05\x11\0\0ab";
    match read(stored).fault() {
        FramingFault::Damaged { damage, at: 5, .. } => assert_eq!(damage, Damage::Dictionary),
        fault => panic!("{fault:?}"),
    }
}

#[test]
fn a_small_file_that_becomes_large_comes_in_bounded_pieces() {
    let stored = zstd_frame(&vec![b' '; 64 << 20], &[]);
    assert!(stored.len() < 10_000);
    let mut largest = 0;
    let mut unframer = Unframer::default();
    unframer.push(&stored, &mut |plain| largest = largest.max(plain.len()));
    let unframed = unframer.finish(&mut |_| {});
    assert_eq!(unframed.fault, None);
    assert_eq!(unframed.plain_bytes, 64 * MIB);
    assert!(largest <= 256 << 10, "{largest}");
}

#[test]
fn large_frames_with_far_copies_are_read() {
    // Half a mebibyte three times: copies reach far over blocks.
    let noise = noise(500_000);
    let plain = noise.repeat(3);
    let stored = zstd_frame(&plain, &[CParameter::WindowLog(21)]);
    assert!(stored.len() < 600_000, "copies were found");
    for size in [stored.len(), 128 << 10, 999] {
        assert!(read_by(&stored, size).whole() == plain, "by {size}");
    }
}

#[test]
fn a_byte_repeated_no_times_in_an_empty_frame_is_damage_however_it_is_cut() {
    let stored = b"\x28\xb5\x2f\xfd\x20\x00\x03\x00\x00x";
    for size in [stored.len(), 1] {
        match read_by(stored, size).fault() {
            FramingFault::Damaged { damage, at: 6, .. } => assert_eq!(damage, Damage::Header),
            fault => panic!("{fault:?}"),
        }
    }
}

#[test]
fn a_copy_from_beyond_the_window_has_the_same_result_however_the_file_is_cut() {
    let noise = noise(6000);
    let pieces: Vec<&[u8]> = noise.chunks(1000).chain([&noise[..1000]]).collect();
    let mut stored = zstd_open_frame(&pieces, &[CParameter::WindowLog(20)], true);
    assert!(stored.len() < 6200, "the last piece is a copy");
    assert_eq!(stored[4..6], [0, 80], "no content size, a window of 1 MiB");
    stored[5] = 0;
    assert_eq!(read(&stored), read_by(&stored, 1));
}
