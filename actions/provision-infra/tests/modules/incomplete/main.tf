# A root module with some of the origin's output names, and without the rest of the contract.

resource "terraform_data" "cluster" {
  input = "test"
}

output "cluster_name" {
  value = terraform_data.cluster.output
}

output "emrcontainers_virtual_cluster_id" {
  value = "0123456789abcdefghijklmno"
}

output "emr_on_eks_role_arn" {
  value = ["arn:aws:iam::000000000000:role/job-execution"]
}

output "unrelated" {
  value = 1
}
