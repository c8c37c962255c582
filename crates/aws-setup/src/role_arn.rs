//! IAM roles.

use crate::name::{lower_alphanumeric, name};

name!(
    /// The ARN of an IAM role.
    RoleArn,
    is_role_arn,
    "a role's ARN, `arn:<partition>:iam::<12 digits>:role/<name>`, for example `arn:aws:iam::123456789012:role/emr-job-execution`"
);

impl RoleArn {
    /// The account that owns the role: 12 digits.
    #[must_use]
    pub fn account(&self) -> &str {
        self.as_str().split(':').nth(4).unwrap_or_default()
    }

    /// The role's name, without its path.
    #[must_use]
    pub fn role_name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }
}

fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else {
        return false;
    };
    let in_partition = partition
        .strip_prefix("aws")
        .is_some_and(|rest| rest.is_empty() || lower_alphanumeric(&rest.replace('-', "")));
    let in_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    // IAM: role names hold letters, digits and `+=,.@_-`; the path before them may hold any printable ASCII.
    let is_role = resource.strip_prefix("role/").is_some_and(|path| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let named = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte));
        named && path.bytes().all(|byte| byte.is_ascii_graphic())
    });
    in_partition && in_account && is_role
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_from_everything_else() {
        for good in [
            "arn:aws:iam::123456789012:role/emr",
            "arn:aws-us-gov:iam::123456789012:role/team/a/emr_job.exec@1",
            "arn:aws-cn:iam::123456789012:role/emr",
        ] {
            assert!(good.parse::<RoleArn>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "emr",
            "arn:aws:iam::1234:role/emr",
            "arn:aws:iam::123456789012:user/emr",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/a b",
            "arn:aws:sts::123456789012:assumed-role/emr/session",
        ] {
            assert!(bad.parse::<RoleArn>().is_err(), "{bad}");
        }
    }

    #[test]
    fn account_and_name_are_read_from_the_arn() {
        let role: RoleArn = "arn:aws:iam::123456789012:role/team/emr".parse().unwrap();
        assert_eq!((role.account(), role.role_name()), ("123456789012", "emr"));
    }

    #[test]
    fn a_bad_arn_is_told_the_expected_form() {
        let error = "emr".parse::<RoleArn>().unwrap_err().to_string();
        assert!(
            error.contains("arn:<partition>:iam::<12 digits>:role/"),
            "{error}"
        );
    }
}
