# The demo's infrastructure as provision-infra sees it: a root module with the agreed outputs and its state in S3.
# It uses nothing but Terraform's built-in provider, because the cluster is the local cloud, which already runs.

terraform {
  required_version = ">= 1.10"

  backend "s3" {
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
  }
}

resource "terraform_data" "cluster" {
  input = {
    name      = var.cluster_name
    node_role = "KarpenterNodeRole-${var.cluster_name}"
  }
}

resource "terraform_data" "virtual_cluster" {
  input = {
    id        = var.virtual_cluster_id
    namespace = var.namespace
    cluster   = terraform_data.cluster.output.name
  }
}

resource "terraform_data" "storage" {
  input = {
    bucket = var.bucket
    region = var.region
  }
}
