//! How the checked text names of this crate are made. Does not know any of them.

/// Text that is not the name it should be.
///
/// The message says what was expected; who reports it adds the text itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct NameError {
    expected: &'static str,
}

impl NameError {
    /// Says what was expected, such as "an AWS region, for example `eu-west-1`".
    pub(crate) const fn expected(expected: &'static str) -> Self {
        Self { expected }
    }
}

/// Declares a newtype over `String` that can only be made by parsing.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:path, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::NameError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if $check(text) { Ok(Self(text.to_owned())) } else { Err($crate::NameError::expected($expected)) }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use name;

/// Whether the text is not empty and holds only lower-case ASCII letters and digits.
pub(crate) fn lower_alphanumeric(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
