locals {
  # Name of each repository variable of the workflows and its value.
  repository_variables = {
    EMR_EKS_REGION          = data.aws_region.current.region
    EMR_EKS_ROLE_INFRA_READ = aws_iam_role.action["infra-read"].arn
    EMR_EKS_ROLE_INFRA      = aws_iam_role.action["infra"].arn
    EMR_EKS_ROLE_UPLOAD     = aws_iam_role.action["upload"].arn
    EMR_EKS_ROLE_RUN        = aws_iam_role.action["run"].arn
    EMR_EKS_ROLE_COMPARE    = aws_iam_role.action["compare"].arn
    EMR_EKS_BACKEND_CONFIG  = local.backend_config
    EMR_EKS_VARIABLES       = local.variables
  }

  backend_config = join("\n", [
    "bucket=${aws_s3_bucket.state.id}",
    "key=${var.state_key}",
    "region=${data.aws_region.current.region}",
  ])

  variables = join("\n", concat(
    [
      "cluster_name=${var.cluster_name}",
      "administrators=${jsonencode([aws_iam_role.action["infra"].arn])}",
      "planners=${jsonencode([aws_iam_role.action["infra-read"].arn])}",
      "viewers=${jsonencode([aws_iam_role.action["run"].arn])}",
    ],
    var.bucket == null ? [] : ["bucket=${var.bucket}"],
  ))
}

output "set_repository_variables" {
  description = "Lines for a shell that sets the repository variables of the workflows. Show them with `terraform output -raw set_repository_variables`."
  value = join("", [
    for name, value in local.repository_variables :
    "gh variable set ${name} --repo '${var.github_owner}/${var.github_repository}' --body '${value}'\n"
  ])
}

output "state_bucket" {
  description = "Bucket for states."
  value       = aws_s3_bucket.state.id
}

output "role_arns" {
  description = "ARN of each role, by what it is for."
  value       = { for name, role in aws_iam_role.action : name => role.arn }
}

output "subjects" {
  description = "The subjects of GitHub's tokens that each kind of role trusts."
  value       = local.subjects
}
