# A root module that fulfils the contract with Terraform's built-in provider only.

variable "cluster_name" {
  type    = string
  default = "test"
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "virtual_cluster_id" {
  type    = string
  default = "0123456789abcdefghijklmno"
}

variable "azs" {
  type    = list(string)
  default = []
}

resource "terraform_data" "cluster" {
  input = var.cluster_name
}

output "cluster_name" {
  value = terraform_data.cluster.output
}

output "virtual_cluster_id" {
  value = var.virtual_cluster_id
}

output "job_execution_role_arn" {
  value = "arn:aws:iam::000000000000:role/job-execution"
}

output "bucket" {
  value = "test-bench"
}

output "region" {
  value = var.region
}

output "namespace" {
  value = "analytics"
}

output "node_role_name" {
  value = "karpenter-node"
}

output "database_password" {
  value     = "correct-horse-battery"
  sensitive = true
}

output "azs" {
  value = var.azs
}
