//! The source folder: which of its files belong to the set, and what is in them.
//!
//! | module     | idea                                                     |
//! |------------|----------------------------------------------------------|
//! | `patterns` | pure: include, exclude and allow                         |
//! | `tree`     | the files, and what must not be uploaded                 |
//! | `secrets`  | pure: what looks like a secret                           |
//! | `contents` | checksums of the files, by as many threads as cores      |
//! | `python`   | pure: whether a script parses                            |

pub(crate) mod contents;
pub(crate) mod patterns;
pub(crate) mod python;
pub(crate) mod secrets;
pub(crate) mod tree;
