//! Which questions find what a cluster has left: each by the tags that EKS, Karpenter, the network plugin and the
//! load-balancer controllers put on what they make.

use super::read;
use super::{Found, Leftover};
use aws_config::SdkConfig;
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use aws_setup::{SdkProblem, failure_parts};
use ec2_query::xml::Unread;
use ec2_query::{Ec2, Filter, Question};

/// More pages than a cluster can leave behind.
const MOST_PAGES: usize = 50;

/// States in which an instance is still there.
const NOT_TERMINATED: [&str; 5] = ["pending", "running", "shutting-down", "stopping", "stopped"];

/// A question that was not answered, so that nobody takes silence for "nothing".
#[derive(Debug)]
pub(crate) struct Unasked {
    /// The call, as its permission is called.
    pub(crate) call: &'static str,
    /// What it would have found.
    pub(crate) what: &'static str,
    pub(crate) problem: SdkProblem,
}

/// Looks in one region for what one cluster has left.
pub(crate) struct Finder {
    ec2: Ec2,
    tagging: Client,
    cluster: String,
}

impl Finder {
    pub(crate) fn new(config: &SdkConfig, region: &str, cluster: &str) -> Self {
        Self {
            ec2: Ec2::new(config, region),
            tagging: Client::new(config),
            cluster: cluster.to_owned(),
        }
    }

    /// Everything that carries the cluster's tags.
    pub(crate) async fn everything(&self) -> Found {
        let mut found = Found::default();
        let instances = self.instances(&[self.owned()]).await;
        note(&mut found, "ec2:DescribeInstances", "instances", instances);
        let volumes = self
            .ask("DescribeVolumes", &[self.owned()], read::volumes)
            .await;
        note(&mut found, "ec2:DescribeVolumes", "volumes", volumes);
        for filter in [self.owned(), self.network_plugin()] {
            let interfaces = self
                .ask(
                    "DescribeNetworkInterfaces",
                    &[filter],
                    read::network_interfaces,
                )
                .await;
            let call = "ec2:DescribeNetworkInterfaces";
            note(&mut found, call, "network interfaces", interfaces);
        }
        let balancers = self.load_balancers().await;
        note(&mut found, "tag:GetResources", "load balancers", balancers);
        found.left.sort();
        found.left.dedup();
        found.unasked.dedup_by_key(|unasked| unasked.call);
        found
    }

    /// The instances that Karpenter has started for the cluster.
    pub(crate) async fn nodes(&self) -> Result<Vec<Leftover>, Unasked> {
        // The second is Karpenter's before v1beta1.
        let pool = Filter {
            name: "tag-key".to_owned(),
            values: ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"]
                .map(str::to_owned)
                .into(),
        };
        self.instances(&[self.owned(), pool])
            .await
            .map_err(|problem| Unasked {
                call: "ec2:DescribeInstances",
                what: "instances",
                problem,
            })
    }

    async fn instances(&self, filters: &[Filter]) -> Result<Vec<Leftover>, SdkProblem> {
        let state = Filter {
            name: "instance-state-name".to_owned(),
            values: NOT_TERMINATED.map(str::to_owned).into(),
        };
        let filters = [filters, &[state]].concat();
        self.ask("DescribeInstances", &filters, read::instances)
            .await
    }

    async fn ask(
        &self,
        action: &str,
        filters: &[Filter],
        read: impl Fn(&str) -> Result<read::Page, Unread>,
    ) -> Result<Vec<Leftover>, SdkProblem> {
        let question = Question::new(action).with("MaxResults", "500");
        let question = filters.iter().cloned().fold(question, Question::filter);
        self.ec2.pages(&question, MOST_PAGES, read).await
    }

    async fn load_balancers(&self) -> Result<Vec<Leftover>, SdkProblem> {
        // A service of type LoadBalancer, and the AWS Load Balancer Controller.
        let owned = TagFilter::builder().key(self.owned_key()).build();
        let controller = TagFilter::builder()
            .key("elbv2.k8s.aws/cluster")
            .values(&self.cluster)
            .build();
        let mut found = Vec::new();
        for filter in [owned, controller] {
            let mut pages = self
                .tagging
                .get_resources()
                .resource_type_filters("elasticloadbalancing:loadbalancer")
                .tag_filters(filter)
                .into_paginator()
                .send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| failure_parts(&error))?;
                let resources = page.resource_tag_mapping_list().iter();
                let arns = resources.filter_map(|resource| resource.resource_arn());
                found.extend(arns.map(read::load_balancer));
            }
        }
        Ok(found)
    }

    /// EKS' node groups, Karpenter and the volumes' driver mark so what they own.
    fn owned(&self) -> Filter {
        Filter {
            name: "tag-key".to_owned(),
            values: vec![self.owned_key()],
        }
    }

    fn owned_key(&self) -> String {
        format!("kubernetes.io/cluster/{}", self.cluster)
    }

    /// The network plugin of EKS marks so the interfaces it adds to a node.
    fn network_plugin(&self) -> Filter {
        Filter {
            name: "tag:cluster.k8s.amazonaws.com/name".to_owned(),
            values: vec![self.cluster.clone()],
        }
    }
}

fn note(
    found: &mut Found,
    call: &'static str,
    what: &'static str,
    answer: Result<Vec<Leftover>, SdkProblem>,
) {
    match answer {
        Ok(left) => found.left.extend(left),
        Err(problem) => found.unasked.push(Unasked {
            call,
            what,
            problem,
        }),
    }
}
