locals {
  actions = "${path.module}/../.."

  # One role for each thing that workflows do. Its policies are the files that the READMEs of the actions show.
  roles = {
    infra-read = {
      description = "Reads Terraform's state and plans"
      trust       = "anybody"
      hours       = 1
      policies = {
        state = "${local.actions}/provision-infra/iam-policy.json"
        plan  = "${local.actions}/provision-infra/iam-policy-plan.json"
      }
    }
    infra = {
      description = "Applies and destroys"
      trust       = "approved"
      hours       = 2
      policies = {
        state         = "${local.actions}/provision-infra/iam-policy.json"
        plan          = "${local.actions}/provision-infra/iam-policy-plan.json"
        apply-network = "${local.actions}/provision-infra/iam-policy-apply-network.json"
        apply-cluster = "${local.actions}/provision-infra/iam-policy-apply-cluster.json"
        apply-jobs    = "${local.actions}/provision-infra/iam-policy-apply-jobs.json"
      }
    }
    upload = {
      description = "Uploads scripts and pod templates"
      trust       = "anybody"
      hours       = 1
      policies    = { upload = "${local.actions}/upload-scripts/iam-policy.json" }
    }
    run = {
      description = "Runs Spark jobs, and cancels those that were left running"
      trust       = "anybody"
      hours       = 2
      policies    = { run = "${local.actions}/run-spark-job/iam-policy.json" }
    }
    compare = {
      description = "Reads records and prices, and writes the history"
      trust       = "anybody"
      hours       = 1
      policies    = { compare = "${local.actions}/compare-dra/iam-policy.json" }
    }
  }

  files = merge([
    for role, settings in local.roles : {
      for name, file in settings.policies : "${role}-${name}" => { role = role, file = file }
    }
  ]...)

  bucket = coalesce(var.bucket, "${var.cluster_name}-default-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.region}")

  # The files name an account, a region, buckets and a cluster that nobody has.
  policies = {
    for name, policy in local.files : name => replace(replace(replace(replace(replace(replace(replace(replace(replace(
      file(policy.file),
      "arn:aws:", "arn:${data.aws_partition.current.partition}:"),
      "123456789012", data.aws_caller_identity.current.account_id),
      "eu-west-1", data.aws_region.current.region),
      "my-terraform-state", local.state_bucket),
      "emr-eks/terraform.tfstate", var.state_key),
      "my-benchmarks", local.bucket),
      "virtualclusters/abc", "virtualclusters/${var.virtual_cluster_id}"),
      "my-cluster", var.cluster_name),
    "my-roles-", "${var.name}-")
  }
}

resource "aws_iam_role" "action" {
  for_each = local.roles

  name                 = "${var.name}-${each.key}"
  description          = each.value.description
  assume_role_policy   = data.aws_iam_policy_document.trust[each.value.trust].json
  max_session_duration = each.value.hours * 3600
}

resource "aws_iam_policy" "action" {
  for_each = local.policies

  name   = "${var.name}-${each.key}"
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "action" {
  for_each = local.files

  role       = aws_iam_role.action[each.value.role].name
  policy_arn = aws_iam_policy.action[each.key].arn
}

# What run-spark-job can use besides: the Kubernetes API by the cluster's name, and the sweep without a virtual cluster's id.

data "aws_iam_policy_document" "watch" {
  statement {
    sid       = "ReachTheCluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/${var.cluster_name}"]
  }

  statement {
    sid       = "FindVirtualClusters"
    actions   = ["emr-containers:ListVirtualClusters"]
    resources = ["*"] # AWS knows no smaller resource
  }
}

resource "aws_iam_role_policy" "watch" {
  name   = "watch"
  role   = aws_iam_role.action["run"].id
  policy = data.aws_iam_policy_document.watch.json
}
