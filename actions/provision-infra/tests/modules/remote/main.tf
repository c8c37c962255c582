# The contract again, with its state in S3.

terraform {
  backend "s3" {}
}

resource "terraform_data" "cluster" {
  input = "test"
}

output "cluster_name" {
  value = terraform_data.cluster.output
}

output "virtual_cluster_id" {
  value = "0123456789abcdefghijklmno"
}

output "job_execution_role_arn" {
  value = "arn:aws:iam::000000000000:role/job-execution"
}

output "bucket" {
  value = "test-bench"
}

output "region" {
  value = "us-east-1"
}

output "namespace" {
  value = "analytics"
}

output "node_role_name" {
  value = "karpenter-node"
}
