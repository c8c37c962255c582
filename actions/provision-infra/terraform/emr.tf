resource "kubernetes_namespace_v1" "jobs" {
  metadata {
    name   = var.namespace
    labels = { "app.kubernetes.io/managed-by" = "emr-eks-actions" }
  }

  timeouts {
    delete = "15m" # pods of a job that was cancelled may still be on their way out
  }

  depends_on = [module.eks]
}

# CreateVirtualCluster reads the namespace with an access that is spread through the control plane only after a while;
# too early it fails with `Unauthorized to perform read namespace`. The virtual cluster takes its names from here.
resource "time_sleep" "namespace" {
  create_duration = "30s"

  triggers = {
    cluster   = module.eks.cluster_name
    namespace = kubernetes_namespace_v1.jobs.metadata[0].name
  }
}

module "emr" {
  #checkov:skip=CKV_TF_1:A module of the registry is pinned by its version; the registry knows no commits
  source  = "terraform-aws-modules/emr/aws//modules/virtual-cluster"
  version = "3.2.0"

  name             = "${var.cluster_name}-${var.namespace}"
  eks_cluster_name = time_sleep.namespace.triggers["cluster"]
  namespace        = time_sleep.namespace.triggers["namespace"]
  create_namespace = false
  # The access entry that EMR makes brings its own rights.
  create_kubernetes_role = false

  # A role by itself, trusted by EMR's service accounts in this namespace through the cluster's OIDC provider: the names
  # of the accounts are made when a job starts, and Pod Identity knows no wildcards.
  eks_oidc_provider_arn    = module.eks.oidc_provider_arn
  role_name                = "${var.cluster_name}-job-execution"
  iam_role_use_name_prefix = false
  s3_bucket_arns           = [aws_s3_bucket.default.arn, "${aws_s3_bucket.default.arn}/*"]
  iam_role_additional_policies = merge(
    { uploads = aws_iam_policy.uploads.arn },
    var.allow_glue ? { glue = aws_iam_policy.glue[0].arn } : {},
  )

  cloudwatch_log_group_name              = "/emr-eks-actions/${var.cluster_name}/${var.namespace}"
  cloudwatch_log_group_retention_in_days = var.log_retention_days
}

# What S3 clients do beside reading and writing, and the module's own policy leaves out.
resource "aws_iam_policy" "uploads" {
  name        = "${var.cluster_name}-job-uploads"
  description = "Large uploads of Spark jobs to the bucket of ${var.cluster_name}"
  policy      = data.aws_iam_policy_document.uploads.json
}

data "aws_iam_policy_document" "uploads" {
  statement {
    sid       = "FindTheBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.default.arn]
  }

  statement {
    sid       = "GiveUpUploads"
    actions   = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = ["${aws_s3_bucket.default.arn}/*"]
  }
}

resource "aws_iam_policy" "glue" {
  count = var.allow_glue ? 1 : 0

  name        = "${var.cluster_name}-job-glue"
  description = "The Glue catalog for Spark jobs of ${var.cluster_name}"
  policy      = data.aws_iam_policy_document.glue.json
}

data "aws_iam_policy_document" "glue" {
  statement {
    sid = "UseTheCatalog"
    actions = [
      "glue:BatchCreatePartition",
      "glue:BatchGetPartition",
      "glue:CreateDatabase",
      "glue:CreateTable",
      "glue:DeletePartition",
      "glue:DeleteTable",
      "glue:GetDatabase",
      "glue:GetDatabases",
      "glue:GetPartition",
      "glue:GetPartitions",
      "glue:GetTable",
      "glue:GetTables",
      "glue:UpdatePartition",
      "glue:UpdateTable",
    ]
    resources = [
      for part in ["catalog", "database/*", "table/*/*"] :
      "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:${part}"
    ]
  }
}
