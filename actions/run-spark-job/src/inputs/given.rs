//! A value from its input or, if that is not set, from the job file. Says for either what is wrong with it.

use std::{fmt::Display, str::FromStr};

use aws_setup::S3Uri;
use gha::Fields;

use crate::request::limits;

/// The input that names the job file.
pub(super) const JOB_FILE: &str = "job-file";

/// A member of the job file: its name and what it holds.
#[derive(Clone, Copy)]
pub(super) struct Member<'a>(pub(super) &'static str, pub(super) Option<&'a str>);

/// The value, if there is one.
pub(super) fn optional<T>(fields: &mut Fields, input: &str, member: Member<'_>) -> Option<T>
where
    T: FromStr,
    T::Err: Display,
{
    let Member(name, Some(text)) = member else {
        return fields.optional(input);
    };
    if fields.text(input).is_some() {
        return fields.optional(input);
    }
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            fields.problem(JOB_FILE, format!("`{name}` is `{text}`: {error}"));
            None
        }
    }
}

/// The value, which one of the two has to give.
pub(super) fn required<T>(fields: &mut Fields, input: &str, member: Member<'_>) -> Option<T>
where
    T: FromStr,
    T::Err: Display,
{
    match member {
        Member(_, Some(_)) => optional(fields, input, member),
        Member(_, None) => fields.required(input),
    }
}

/// An object in S3; a prefix would only be refused later, and less clearly.
pub(super) fn object(fields: &mut Fields, input: &str, member: Member<'_>) -> Option<S3Uri> {
    let source = match (fields.text(input), member) {
        (None, Member(_, Some(_))) => JOB_FILE,
        _ => input,
    };
    let uri: S3Uri = optional(fields, input, member)?;
    if uri.is_prefix() {
        let problem = format!("`{uri}` names a prefix; name the object itself");
        fields.problem(source, problem);
        return None;
    }
    if input == "entry-point" {
        limits::entry_point(&uri.to_string())
            .into_iter()
            .for_each(|problem| fields.problem(source, problem));
    }
    Some(uri)
}
