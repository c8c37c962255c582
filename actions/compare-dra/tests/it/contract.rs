//! Every request to GitHub, and every answer of the local one, against GitHub's published description.

use serde_json::{Value, json};

use crate::{
    bench::{Bench, REPOSITORY, beside, cloud_with, fixture},
    posting::{FORK, REPORT, SHA, head, run_of},
    recorder::{Exchange, Recorder},
};

struct Description(Value);

impl Description {
    fn read() -> Self {
        let text = std::fs::read(fixture("github/openapi.json")).unwrap();
        Self(serde_json::from_slice(&text).unwrap())
    }

    fn is(&self, schema: &Value, value: &Value) -> Vec<String> {
        let schema = json!({ "allOf": [schema], "definitions": self.0["definitions"] });
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let errors = validator.iter_errors(value);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    /// The operation of a request, by the form of its path.
    fn operation(&self, exchange: &Exchange) -> (&String, &Value) {
        let path = exchange.target.split('?').next().unwrap();
        let fits = |name: &String| {
            let (method, template) = name.split_once(' ').unwrap();
            let (a, b) = (template.split('/'), path.split('/'));
            method == exchange.method
                && a.clone().count() == b.clone().count()
                && a.zip(b)
                    .all(|(a, b)| a == b || (a.starts_with('{') && !b.is_empty()))
        };
        let operations = self.0["operations"].as_object().unwrap();
        let found = operations.iter().find(|(name, _)| fits(name));
        found.unwrap_or_else(|| panic!("GitHub does not describe {} {path}", exchange.method))
    }

    /// What is wrong with a request and its answer.
    fn problems(&self, exchange: &Exchange) -> Vec<String> {
        let (_, operation) = self.operation(exchange);
        let mut problems = self.query(operation, &exchange.target);
        match (operation.get("body"), &exchange.body) {
            (Some(schema), Some(body)) => problems.extend(self.is(schema, body)),
            (None, None) => {}
            (expected, _) => problems.push(format!("a body was expected: {}", expected.is_some())),
        }
        let answers = &operation["responses"];
        let declared = answers.get(exchange.status.to_string());
        let refusal = json!({ "$ref": "#/definitions/basic-error" });
        let schema = match declared {
            Some(schema) => schema,
            // Refusals that all operations share are not described with each.
            None if exchange.status >= 400 => &refusal,
            None => return vec![format!("HTTP {} is no answer to it", exchange.status)],
        };
        problems.extend(self.is(schema, exchange.answer.as_ref().unwrap()));
        problems
    }

    fn query(&self, operation: &Value, target: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let Some(parameter) = operation["parameters"].get(format!("query {name}")) else {
                problems.push(format!("there is no parameter `{name}`"));
                continue;
            };
            let value = value
                .parse::<i64>()
                .map_or_else(|_| json!(value), |number| json!(number));
            problems.extend(self.is(&parameter["schema"], &value));
        }
        problems
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_answers_are_as_github_describes_them() {
    let cloud = cloud_with(vec![head(5, FORK, SHA)]).await;
    let recorder = Recorder::before(&cloud.endpoints().github);
    let mut bench = Bench::on(&cloud);
    bench.set("GITHUB_API_URL", &recorder.url);
    let event = bench.path("workflow-run.json");
    std::fs::write(
        &event,
        json!({ "workflow_run": run_of(FORK, SHA) }).to_string(),
    )
    .unwrap();
    beside(move || {
        bench.compare(&["--report-dir", "artifact"]).exits(0);
        bench.edit("runs/dra/run-record.json", |record| {
            record["job_run"]["state"] = json!("FAILED")
        });
        bench.compare(&[]).exits(0);
        bench.compare(&["--pull-request", "99"]).exits(0);
        bench.set("GITHUB_EVENT_PATH", event.to_str().unwrap());
        bench.pass_on(&REPORT).exits(0);
        bench.set("INPUT_TOKEN", local_cloud::config::READ_ONLY_TOKEN);
        bench
            .compare(&["--pull-request", "1", "--key", "other"])
            .exits(0);
        bench.set("INPUT_TOKEN", "stale");
        bench.pass_on(&REPORT).exits(3);
    })
    .await;
    let (description, exchanges) = (Description::read(), recorder.exchanges());
    for exchange in &exchanges {
        let problems = description.problems(exchange);
        assert!(problems.is_empty(), "{problems:#?} in {exchange:#?}");
    }
    let seen = |method: &str, part: &str, status: u16| {
        let mut all = exchanges.iter();
        all.any(|e| e.method == method && e.target.contains(part) && e.status == status)
    };
    for (method, part, status) in [
        ("GET", "/issues/1/comments?per_page=100&page=1", 200),
        ("POST", "/issues/1/comments", 201),
        ("POST", "/issues/1/comments", 403),
        ("PATCH", "/issues/comments/", 200),
        ("GET", "/issues/99/comments", 404),
        ("GET", &format!("/commits/{SHA}/pulls"), 200),
        ("GET", "/commits/", 401),
        (
            "GET",
            &format!("/repos/{REPOSITORY}/pulls?state=open&head=stranger%3Afeature%2Fa+b"),
            200,
        ),
    ] {
        assert!(
            seen(method, part, status),
            "no {method} {part} {status}: {exchanges:#?}"
        );
    }
}

#[test]
fn check_finds_what_github_would_not_take() {
    let description = Description::read();
    let right = Exchange {
        method: "POST".to_owned(),
        target: format!("/repos/{REPOSITORY}/issues/1/comments"),
        body: Some(json!({ "body": "x" })),
        status: 404,
        answer: Some(json!({ "message": "Not Found" })),
    };
    assert!(description.problems(&right).is_empty());
    let without_body = Exchange {
        body: Some(json!({})),
        ..right.clone()
    };
    let other_answer = Exchange {
        status: 201,
        answer: Some(json!({ "id": "x" })),
        ..right.clone()
    };
    let other_query = Exchange {
        target: format!("{}?per_pag=1", right.target),
        ..right
    };
    for wrong in [without_body, other_answer, other_query] {
        assert!(!description.problems(&wrong).is_empty(), "{wrong:?}");
    }
}
