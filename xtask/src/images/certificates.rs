//! The root certificates of an image: Mozilla's list, from the crate whose version and checksum Cargo.lock holds.
//! So an image has the same certificates wherever it is built.

use base64_simd::STANDARD;

/// How long a line of PEM is.
const LINE: usize = 64;

/// The certificates as one PEM file.
pub(crate) fn pem() -> String {
    let certificates = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    certificates.iter().map(|der| block(der.as_ref())).collect()
}

fn block(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    let encoded = STANDARD.encode_to_string(der);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::pem;

    #[test]
    fn the_file_holds_whole_certificates() {
        let pem = pem();
        let count = |part: &str| pem.matches(part).count();
        assert!(count("BEGIN CERTIFICATE") > 100);
        assert_eq!(count("BEGIN CERTIFICATE"), count("END CERTIFICATE"));
        assert!(pem.lines().all(|line| line.len() <= 64));
    }
}
