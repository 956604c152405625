//! A file that is not what was written is an error: never a panic, never other data.

use parquet::data_type::Int32Type;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use testgram_columns::{ReadError, read, write};

use crate::batches;

fn file() -> Vec<u8> {
    write(&batches::recorded_traffic()[..12]).unwrap()
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).rposition(|window| window == text).unwrap()
}

/// Seals a file again, as an attacker would who knows the format.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = find(&bytes, b"testgram.seal") + "testgram.seal".len() + 2;
    bytes[at..at + 16].fill(b'0');
    let hash = format!("{:016x}", twox_hash::XxHash3_64::oneshot(&bytes));
    bytes[at..at + 16].copy_from_slice(hash.as_bytes());
    bytes
}

#[test]
fn every_truncation_is_refused() {
    let file = file();
    for length in 0..file.len() {
        assert!(
            matches!(read(&file[..length]), Err(ReadError::Unsealed | ReadError::Damaged)),
            "{length} bytes"
        );
    }
    assert!(read(&[&file[..], b"PAR1"].concat()).is_err());
    assert!(read(&[b"PAR1", &file[..]].concat()).is_err());
}

#[test]
fn every_flipped_bit_is_refused() {
    let file = file();
    for at in 0..file.len() {
        for bit in [0, 3, 7] {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            assert!(
                matches!(read(&damaged), Err(ReadError::Unsealed | ReadError::Damaged)),
                "bit {bit} of byte {at}"
            );
        }
    }
}

proptest! {
    #![proptest_config(batches::config(256))]

    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(read(&noise), Err(ReadError::Unsealed));
        prop_assert!(read(&[&noise[..], b"\x08\0\0\0PAR1"].concat()).is_err());
    }
}

#[test]
fn a_file_of_an_unknown_version_is_refused() {
    let mut file = file();
    let at = find(&file, b"testgram.version") + "testgram.version".len() + 2;
    assert_eq!(file[at], b'1');
    file[at] = b'2';
    assert_eq!(read(&sealed(file.clone())), Err(ReadError::UnknownVersion));
    file[at] = b'1';
    assert!(read(&sealed(file)).is_ok());
}

#[test]
fn other_columns_are_refused() {
    let mut file = file();
    // The last name of a column that the footer holds, twice there: in the schema and with the chunk.
    while let Some(at) = file
        .windows(9)
        .position(|window| window == b"\x18\x06rhythm\x25".as_slice())
    {
        file[at + 2] = b'a';
    }
    assert_eq!(read(&sealed(file)), Err(ReadError::Damaged));
}

#[test]
fn a_foreign_file_is_refused() {
    let schema = parse_message_type("message schema { REQUIRED INT32 b; }").unwrap();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema.into(), Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int32Type>().write_batch(&[1, 2], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    assert_eq!(read(&writer.into_inner().unwrap()), Err(ReadError::Unsealed));
}

#[test]
fn no_error_tells_what_it_read() {
    let shown = |error: ReadError| format!("{error} {error:?}");
    let errors = [ReadError::Unsealed, ReadError::Damaged, ReadError::UnknownVersion];
    assert!(errors.into_iter().map(shown).all(|text| text.len() < 80));
    let refused = ReadError::Refused(testgram_protocol::reason::Reason::LooksLikeEmail);
    assert_eq!(
        refused.to_string(),
        "an archive file holds what is refused: looks_like_email"
    );
}
