//! A job's pod template: read from S3 and checked against the fields EMR allows.

use serde_json::Value;

use crate::objects::Objects;

/// Top-level fields of a pod's `spec` that EMR takes from a template (the allow-list of a real job's ConfigMap).
const SPEC_FIELDS: [&str; 23] = [
    "activeDeadlineSeconds",
    "affinity",
    "containers",
    "enableServiceLinks",
    "ephemeralContainers",
    "hostAliases",
    "hostname",
    "imagePullSecrets",
    "initContainers",
    "nodeName",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "readinessGates",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "subdomain",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
];

/// What EMR does not take from a template's main container.
const FORBIDDEN_IN_MAIN: [&str; 5] = [
    "image",
    "command",
    "args",
    "securityContext",
    "imagePullPolicy",
];

/// Reads a template; an empty one when the job names none.
///
/// # Errors
/// A sentence when it is not there, is no YAML or holds what EMR refuses.
pub(super) async fn read(
    objects: &Objects,
    uri: Option<&str>,
    container: &str,
) -> Result<Value, String> {
    let Some(uri) = uri else {
        return Ok(Value::Null);
    };
    let (bucket, key) = super::spark_run::s3_parts(uri)
        .ok_or_else(|| format!("pod template {uri} is not an s3:// URI"))?;
    let bytes = objects
        .get(bucket, key)
        .await
        .ok()
        .flatten()
        .ok_or_else(|| format!("pod template {uri} does not exist"))?;
    let text = String::from_utf8_lossy(&bytes);
    let template: Value = serde_saphyr::from_str(&text)
        .map_err(|error| format!("pod template {uri} is not valid YAML: {error}"))?;
    check(&template, container).map_err(|reason| format!("pod template {uri}: {reason}"))?;
    Ok(template)
}

fn check(template: &Value, container: &str) -> Result<(), String> {
    if template["kind"] != "Pod" {
        return Err("kind must be Pod".to_owned());
    }
    let unknown = template["spec"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key);
    if let Some(field) = unknown
        .into_iter()
        .find(|key| *key != "volumes" && !SPEC_FIELDS.contains(&key.as_str()))
    {
        return Err(format!("field spec.{field} is not allowed"));
    }
    let containers = template["spec"]["containers"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let main = containers.iter().find(|c| c["name"] == container);
    if let Some(field) = FORBIDDEN_IN_MAIN
        .iter()
        .find(|field| main.is_some_and(|c| !c[**field].is_null()))
    {
        return Err(format!(
            "field {field} of container {container} is not allowed"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;

    #[test]
    fn refuses_what_emr_does_not_take() {
        let name = "spark-kubernetes-driver";
        assert_eq!(
            check(
                &json!({"kind": "Pod", "spec": {"nodeSelector": {}, "volumes": []}}),
                name
            ),
            Ok(())
        );
        assert!(check(&json!({"kind": "Pod", "spec": {"hostNetwork": true}}), name).is_err());
        let image = json!({"kind": "Pod", "spec": {"containers": [{"name": name, "image": "x"}]}});
        assert!(check(&image, name).is_err());
    }
}
