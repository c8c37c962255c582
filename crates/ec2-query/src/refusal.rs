//! Why EC2 refused, from the XML of its refusal. Pure.

use crate::xml::Element;
use aws_setup::{SdkProblem, answer_kind};

/// The refusal; what it does not tell is absent.
pub(crate) fn problem(xml: &str, status: u16) -> SdkProblem {
    let root = Element::any(xml).unwrap_or_default();
    let error = |part| root.text(&["Errors", "Error", part]).map(str::to_owned);
    let code = error("Code");
    SdkProblem {
        kind: answer_kind(code.as_deref(), Some(status)),
        code,
        message: error("Message"),
        request_id: root.text(&["RequestID"]).map(str::to_owned),
        status: Some(status),
        bucket_region: None,
    }
}

#[cfg(test)]
mod tests {
    use super::problem;
    use aws_setup::ProblemKind;

    #[test]
    fn refusals_tell_code_message_and_request() {
        let xml = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No.</Message></Error></Errors><RequestID>7</RequestID></Response>";
        let told = problem(xml, 403);
        assert_eq!(told.code.as_deref(), Some("UnauthorizedOperation"));
        assert_eq!(told.message.as_deref(), Some("No."));
        assert_eq!(told.request_id.as_deref(), Some("7"));
        assert_eq!(told.kind, ProblemKind::Denied);
        assert_eq!(problem("<html>gateway", 502).code, None);
    }
}
