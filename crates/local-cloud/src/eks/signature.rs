//! Checks the signature of a presigned URL, as AWS's Signature Version 4 says. Pure.

use crate::objects::hexadecimal;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// EKS's authenticator takes tokens for a quarter of an hour after they were signed.
const LONGEST: i64 = 15 * 60;

/// A presigned URL, taken apart.
#[derive(Debug)]
pub(super) struct Presigned<'a> {
    host: &'a str,
    path: &'a str,
    /// Names and values as they stand in the URL.
    raw: Vec<(&'a str, &'a str)>,
    parameters: Vec<(String, String)>,
}

impl<'a> Presigned<'a> {
    pub(super) fn parse(url: &'a str) -> Option<Self> {
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))?;
        let (location, query) = rest.split_once('?')?;
        let (host, path) = match location.find('/') {
            Some(at) => location.split_at(at),
            None => (location, "/"),
        };
        let raw = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .collect();
        let parameters = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        Some(Self {
            host,
            path,
            raw,
            parameters,
        })
    }

    pub(super) fn host(&self) -> &str {
        self.host
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn access_key(&self) -> &str {
        let credential = self.get("X-Amz-Credential").unwrap_or_default();
        credential.split('/').next().unwrap_or_default()
    }

    /// Whether the URL is neither expired nor from the future.
    pub(super) fn counts_at(&self, now: Timestamp) -> bool {
        let signed = self.get("X-Amz-Date").and_then(|text| {
            let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
            Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
        });
        let expires = self.get("X-Amz-Expires").and_then(|text| text.parse().ok());
        let (Some(signed), Some(0..=LONGEST)) = (signed, expires) else {
            return false;
        };
        // However long the URL says, the authenticator counts from the signing.
        let age = now.duration_since(signed);
        age > SignedDuration::from_secs(-60) && age < SignedDuration::from_secs(LONGEST)
    }

    /// Whether the URL was signed with this secret, over exactly these headers.
    pub(super) fn is_signed_with(&self, secret: &str, headers: &[(&str, &str)]) -> bool {
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        if self.get("X-Amz-SignedHeaders") != Some(&names.join(";")) {
            return false;
        }
        let expected = self.signature(secret, headers, &names.join(";"));
        expected.is_some() && expected.as_deref() == self.get("X-Amz-Signature")
    }

    fn signature(&self, secret: &str, headers: &[(&str, &str)], names: &str) -> Option<String> {
        let mut query: Vec<String> = self
            .raw
            .iter()
            .filter(|(name, _)| *name != "X-Amz-Signature")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        query.sort();
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let request = format!(
            "GET\n{}\n{}\n{headers}\n{names}\n{}",
            self.path,
            query.join("&"),
            hexadecimal(&Sha256::digest(b"")),
        );
        let credential = self.get("X-Amz-Credential")?;
        let (_, scope) = credential.split_once('/')?;
        let text = format!(
            "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
            self.get("X-Amz-Date")?,
            hexadecimal(&Sha256::digest(request.as_bytes())),
        );
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in scope.split('/') {
            key = hmac(&key, part)?;
        }
        Some(hexadecimal(&hmac(&key, &text)?))
    }
}

fn hmac(key: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}
