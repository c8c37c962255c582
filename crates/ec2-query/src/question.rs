//! A question: its action, its filters and whatever else it has, as a form.

/// The version of the API.
const VERSION: &str = "2016-11-15";

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    form: Vec<(String, String)>,
    filters: usize,
}

/// What the answer is limited to: any of the values.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Such as `tag:karpenter.sh/nodepool` or `instance-state-name`.
    pub name: String,
    /// Values, in which `*` and `?` stand for other characters.
    pub values: Vec<String>,
}

impl Question {
    /// A question by the name of its action, such as `DescribeInstances`.
    #[must_use]
    pub fn new(action: &str) -> Self {
        let form = [("Action", action), ("Version", VERSION)];
        Self {
            form: form
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            filters: 0,
        }
    }

    /// The same with a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.form.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a list: `InstanceType.1`, `InstanceType.2`, ….
    #[must_use]
    pub fn list<T: AsRef<str>>(mut self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        for (place, value) in values.into_iter().enumerate() {
            self.form
                .push((format!("{name}.{}", place + 1), value.as_ref().to_owned()));
        }
        self
    }

    /// The same, limited by one more filter.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filters += 1;
        let name = format!("Filter.{}", self.filters);
        self.form.push((format!("{name}.Name"), filter.name));
        self.list(&format!("{name}.Value"), filter.values)
    }

    pub(crate) fn encoded(&self, next: Option<&str>) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.form)
            .extend_pairs(next.map(|token| ("NextToken", token)))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, Question};

    #[test]
    fn lists_and_filters_are_numbered_from_one() {
        let question = Question::new("DescribeInstances")
            .with("MaxResults", "1000")
            .list("InstanceId", ["i-1", "i-2"])
            .filter(Filter {
                name: "tag:a/b".to_owned(),
                values: vec!["x".to_owned(), "y z".to_owned()],
            });
        assert_eq!(
            question.encoded(Some("t&")),
            "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000&InstanceId.1=i-1&InstanceId.2=i-2\
             &Filter.1.Name=tag%3Aa%2Fb&Filter.1.Value.1=x&Filter.1.Value.2=y+z&NextToken=t%26"
        );
        assert!(!question.encoded(None).contains("NextToken"));
    }
}
