//! What a person reads of a fault: where, how much it costs, and what to do.

use spark_log::{Codec, Damage, FramingFault};

#[test]
fn every_fault_says_where_and_what_to_do() {
    for (fault, words) in [
        (
            FramingFault::CutOff {
                codec: Codec::Zstd,
                at: 4567,
                unread: 123,
            },
            "cut off: the file ends before its zstd data does; read up to stored byte 4567, not the last 123 bytes",
        ),
        (
            FramingFault::CutOff {
                codec: Codec::Lz4,
                at: 4567,
                unread: 0,
            },
            "cut off: the file ends before its lz4 data does; all that is there was read",
        ),
        (
            FramingFault::Damaged {
                codec: Codec::Lz4,
                at: 21,
                unread: 1,
                damage: Damage::Checksum,
            },
            "damaged lz4 data at stored byte 21: the checksum there does not fit the bytes; 1 byte from there on not read",
        ),
        (
            FramingFault::TooLarge {
                codec: Codec::Zstd,
                at: 0,
                unread: 4 << 20,
                wanted: 128 << 20,
                limit: 32 << 20,
            },
            "a zstd window of 128 MiB at stored byte 0 is more than the 32 MiB that are read; 4 MiB from there on not \
             read. Set spark.io.compression.zstd.level to 20 or less, or unpack the log first",
        ),
        (
            FramingFault::TooLarge {
                codec: Codec::Snappy,
                at: 16,
                unread: 7,
                wanted: 20_000_000,
                limit: 16 << 20,
            },
            "a snappy block of 20000000 bytes at stored byte 16 is more than the 16 MiB that are read; 7 bytes from \
             there on not read. Set spark.io.compression.snappy.blockSize to less (Spark's default is 32k), or unpack \
             the log first",
        ),
        (
            FramingFault::Packed { format: "gzip" },
            "is gzip, which is not a codec of Spark's event logs; unpack it first",
        ),
        (
            FramingFault::NoLog {
                format: "a Parquet file",
            },
            "is a Parquet file, not a Spark event log",
        ),
    ] {
        assert_eq!(fault.to_string(), words);
    }
}
