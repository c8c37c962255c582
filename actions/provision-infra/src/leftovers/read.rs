//! EC2's answers about instances, volumes and network interfaces, and the ARNs of load balancers, as leftovers.

use super::{Kind, Leftover, Priced};
use ec2_query::xml::{Element, Unread};

/// A page of an answer: what it lists, and the token of the next page.
pub(super) type Page = (Vec<Leftover>, Option<String>);

/// DescribeInstances.
pub(super) fn instances(xml: &str) -> Result<Page, Unread> {
    let root = Element::read(xml, "DescribeInstancesResponse")?;
    let reservations = root.items("reservationSet");
    let instances = reservations.flat_map(|reservation| reservation.items("instancesSet"));
    let read = instances.filter_map(|instance| {
        let state = instance.text(&["instanceState", "name"])?;
        if state == "terminated" {
            return None;
        }
        let instance_type = instance.text(&["instanceType"]).unwrap_or("unknown type");
        let spot = instance.text(&["instanceLifecycle"]) == Some("spot");
        let how = if spot { " on spot" } else { "" };
        let instance_type = instance_type.to_owned();
        let mut what = format!("{instance_type}{how}, {state}");
        append(
            &mut what,
            " in ",
            instance.text(&["placement", "availabilityZone"]),
        );
        append(&mut what, " since ", instance.text(&["launchTime"]));
        append(
            &mut what,
            ", NodePool ",
            instance.tag("karpenter.sh/nodepool"),
        );
        // One that is stopped costs only its volumes, and one that shuts down nothing any more.
        let priced = if matches!(state, "pending" | "running") {
            Priced::Instance {
                instance_type,
                spot,
            }
        } else {
            Priced::Free
        };
        Some(Leftover {
            kind: Kind::Instance,
            id: instance.text(&["instanceId"])?.to_owned(),
            what,
            priced: Some(priced),
        })
    });
    Ok((read.collect(), next(&root)))
}

/// DescribeVolumes.
pub(super) fn volumes(xml: &str) -> Result<Page, Unread> {
    let root = Element::read(xml, "DescribeVolumesResponse")?;
    let read = root.items("volumeSet").filter_map(|volume| {
        let state = volume.text(&["status"])?;
        if state == "deleted" {
            return None;
        }
        let size = volume.text(&["size"]).unwrap_or("?");
        let kind = volume.text(&["volumeType"]).unwrap_or("unknown type");
        let mut what = format!("{size} GiB of {kind}, {state}");
        append(&mut what, " in ", volume.text(&["availabilityZone"]));
        let attached = volume.items("attachmentSet").next();
        append(
            &mut what,
            ", attached to ",
            attached.and_then(|attached| attached.text(&["instanceId"])),
        );
        Some(Leftover {
            kind: Kind::Volume,
            id: volume.text(&["volumeId"])?.to_owned(),
            what,
            priced: size.parse().ok().map(|gib| Priced::Volume {
                volume_type: kind.to_owned(),
                gib,
            }),
        })
    });
    Ok((read.collect(), next(&root)))
}

/// DescribeNetworkInterfaces.
pub(super) fn network_interfaces(xml: &str) -> Result<Page, Unread> {
    let root = Element::read(xml, "DescribeNetworkInterfacesResponse")?;
    let read = root.items("networkInterfaceSet").filter_map(|interface| {
        let mut what = interface
            .text(&["status"])
            .unwrap_or("unknown state")
            .to_owned();
        append(&mut what, " in ", interface.text(&["availabilityZone"]));
        append(&mut what, ", ", interface.text(&["description"]));
        append(
            &mut what,
            ", attached to ",
            interface.text(&["attachment", "instanceId"]),
        );
        Some(Leftover {
            kind: Kind::NetworkInterface,
            id: interface.text(&["networkInterfaceId"])?.to_owned(),
            what,
            priced: Some(Priced::Free),
        })
    });
    Ok((read.collect(), next(&root)))
}

/// A load balancer by its ARN.
pub(super) fn load_balancer(arn: &str) -> Leftover {
    let kind = match arn.split('/').nth(1) {
        Some("app") => "Application Load Balancer",
        Some("net") => "Network Load Balancer",
        Some("gwy") => "Gateway Load Balancer",
        _ => "Classic Load Balancer",
    };
    Leftover {
        kind: Kind::LoadBalancer,
        id: arn.to_owned(),
        what: kind.to_owned(),
        priced: None,
    }
}

fn append(text: &mut String, before: &str, part: Option<&str>) {
    if let Some(part) = part {
        text.push_str(before);
        text.push_str(part);
    }
}

fn next(root: &Element) -> Option<String> {
    root.text(&["nextToken"]).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_told_with_type_state_zone_and_pool() {
        let xml = "<DescribeInstancesResponse><reservationSet><item><instancesSet>\
            <item><instanceId>i-1</instanceId><instanceType>m5.xlarge</instanceType><instanceLifecycle>spot</instanceLifecycle>\
            <instanceState><name>running</name></instanceState><launchTime>2026-01-01T00:00:00Z</launchTime>\
            <placement><availabilityZone>eu-west-1a</availabilityZone></placement>\
            <tagSet><item><key>karpenter.sh/nodepool</key><value>spark-executor</value></item></tagSet></item>\
            <item><instanceId>i-2</instanceId><instanceState><name>terminated</name></instanceState></item>\
            </instancesSet></item></reservationSet><nextToken>n</nextToken></DescribeInstancesResponse>";
        let (left, next) = instances(xml).unwrap();
        assert_eq!(next.as_deref(), Some("n"));
        let [instance] = left.as_slice() else {
            panic!("{left:?}");
        };
        assert_eq!(instance.id, "i-1");
        assert_eq!(
            instance.what,
            "m5.xlarge on spot, running in eu-west-1a since 2026-01-01T00:00:00Z, NodePool spark-executor"
        );
        assert_eq!(
            instance.priced,
            Some(Priced::Instance {
                instance_type: "m5.xlarge".to_owned(),
                spot: true,
            })
        );
    }

    #[test]
    fn volumes_and_interfaces_say_what_they_hang_on() {
        let xml = "<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId><size>100</size>\
            <volumeType>gp3</volumeType><status>in-use</status><availabilityZone>a</availabilityZone>\
            <attachmentSet><item><instanceId>i-1</instanceId></item></attachmentSet></item></volumeSet></DescribeVolumesResponse>";
        assert_eq!(
            volumes(xml).unwrap().0[0].what,
            "100 GiB of gp3, in-use in a, attached to i-1"
        );
        let xml = "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId>\
            <status>available</status><description>aws-K8S-i-1</description></item></networkInterfaceSet></DescribeNetworkInterfacesResponse>";
        assert_eq!(
            network_interfaces(xml).unwrap().0[0].what,
            "available, aws-K8S-i-1"
        );
    }

    #[test]
    fn load_balancers_are_told_apart_by_their_arn() {
        let arn = |rest: &str| {
            format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/{rest}")
        };
        assert_eq!(load_balancer(&arn("net/x/1")).what, "Network Load Balancer");
        assert_eq!(load_balancer(&arn("x")).what, "Classic Load Balancer");
    }
}
