//! The caller as its ARN names it. Pure.

use std::fmt;

use aws_setup::RoleArn;

/// Who the credentials belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Principal<'a> {
    arn: &'a str,
    partition: &'a str,
    account: &'a str,
    kind: Kind<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    User(&'a str),
    Session {
        role: &'a str,
        session: &'a str,
    },
    /// The account itself, a federated user, or what there may be one day.
    Other(&'a str),
}

impl<'a> Principal<'a> {
    /// Reads the ARN that GetCallerIdentity gives.
    pub(super) fn read(arn: &'a str) -> Option<Self> {
        let parts: Vec<_> = arn.splitn(6, ':').collect();
        let ["arn", partition, service, "", account, resource] = parts[..] else {
            return None;
        };
        let kind = match (service, resource.split_once('/')) {
            ("iam", Some(("user", path))) => Kind::User(last(path)),
            ("sts", Some(("assumed-role", rest))) => match rest.split_once('/') {
                Some((role, session)) => Kind::Session { role, session },
                None => return None,
            },
            _ => Kind::Other(resource),
        };
        Some(Self {
            arn,
            partition,
            account,
            kind,
        })
    }

    /// The ARN to give to SimulatePrincipalPolicy, which takes no session. A session's ARN has lost its role's path, so
    /// the role that was assumed here is taken when it is the same; any other is thought to have none.
    pub(super) fn policy_source(&self, assumed: Option<&RoleArn>) -> Option<String> {
        match self.kind {
            Kind::User(_) => Some(self.arn.to_owned()),
            Kind::Other(_) => None,
            Kind::Session { role, .. } => {
                let same = |it: &&RoleArn| it.account() == self.account && it.role_name() == role;
                Some(assumed.filter(same).map_or_else(
                    || format!("arn:{}:iam::{}:role/{role}", self.partition, self.account),
                    ToString::to_string,
                ))
            }
        }
    }

    /// The ARN of one of the caller's virtual clusters.
    pub(super) fn virtual_cluster(&self, region: &str, id: &str) -> String {
        let Self {
            partition, account, ..
        } = self;
        format!("arn:{partition}:emr-containers:{region}:{account}:/virtualclusters/{id}")
    }
}

/// For example `role github-actions of account 123456789012, session run-7`.
impl fmt::Display for Principal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = self.account;
        match self.kind {
            Kind::User(name) => write!(f, "user {name} of account {account}"),
            Kind::Session { role, session } => {
                write!(f, "role {role} of account {account}, session {session}")
            }
            Kind::Other(resource) => write!(f, "{resource} of account {account}"),
        }
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::Principal;

    const SESSION: &str = "arn:aws-cn:sts::123456789012:assumed-role/ci/run-7";

    fn source(arn: &str, assumed: Option<&str>) -> Option<String> {
        let assumed = assumed.map(|arn| arn.parse().unwrap());
        Principal::read(arn)
            .unwrap()
            .policy_source(assumed.as_ref())
    }

    #[test]
    fn a_session_stands_for_its_role() {
        assert_eq!(
            source(SESSION, None).as_deref(),
            Some("arn:aws-cn:iam::123456789012:role/ci")
        );
        let user = "arn:aws:iam::123456789012:user/team/ann";
        assert_eq!(source(user, None).as_deref(), Some(user));
    }

    #[test]
    fn the_path_of_the_role_assumed_here_is_known() {
        let role = "arn:aws-cn:iam::123456789012:role/teams/data/ci";
        assert_eq!(source(SESSION, Some(role)).as_deref(), Some(role));
        for other in [
            "arn:aws-cn:iam::123456789012:role/teams/data/cd",
            "arn:aws-cn:iam::210987654321:role/teams/data/ci",
        ] {
            assert_eq!(
                source(SESSION, Some(other)).as_deref(),
                Some("arn:aws-cn:iam::123456789012:role/ci")
            );
        }
    }

    #[test]
    fn who_has_no_policies_to_simulate_is_not_asked_about() {
        for arn in [
            "arn:aws:iam::123456789012:root",
            "arn:aws:sts::123456789012:federated-user/ann",
        ] {
            assert_eq!(source(arn, None), None, "{arn}");
        }
        for arn in ["", "ann", "arn:aws:sts::123456789012:assumed-role/ci"] {
            assert_eq!(Principal::read(arn), None, "{arn}");
        }
    }

    #[test]
    fn the_caller_is_told_in_one_line() {
        let said = |arn| Principal::read(arn).unwrap().to_string();
        assert_eq!(
            said(SESSION),
            "role ci of account 123456789012, session run-7"
        );
        assert_eq!(
            said("arn:aws:iam::123456789012:user/team/ann"),
            "user ann of account 123456789012"
        );
        assert_eq!(
            said("arn:aws:iam::123456789012:root"),
            "root of account 123456789012"
        );
    }

    #[test]
    fn the_virtual_cluster_is_in_the_callers_account_and_partition() {
        assert_eq!(
            Principal::read(SESSION)
                .unwrap()
                .virtual_cluster("cn-north-1", "abc"),
            "arn:aws-cn:emr-containers:cn-north-1:123456789012:/virtualclusters/abc"
        );
    }
}
