variable "region" {
  description = "AWS region. Default: AWS_REGION of the environment."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for everything that can have them."
  type        = map(string)
  default     = {}
}

variable "name" {
  description = "The beginning of the names of the roles, of their policies and of the state bucket."
  type        = string
  default     = "emr-eks"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", var.name))
    error_message = "name has 3 to 16 characters: small letters, digits and hyphens; it begins with a letter and does not end with a hyphen."
  }
}

variable "github_owner" {
  description = "Name of the organization or person that owns the repository with the workflows."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,38}$", var.github_owner))
    error_message = "github_owner is a name of GitHub, such as my-org."
  }
}

variable "github_owner_id" {
  description = "Its number: `gh api users/OWNER --jq .id`. A name can change hands, a number cannot. Null for a repository whose subjects have no numbers (created before 15 July 2026 and not switched over)."
  type        = number

  validation {
    condition     = (var.github_owner_id == null) == (var.github_repository_id == null)
    error_message = "Give github_owner_id and github_repository_id both, or both as null."
  }
}

variable "github_repository" {
  description = "Name of the repository with the workflows, without its owner."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,100}$", var.github_repository))
    error_message = "github_repository is a name without its owner, such as my-repo."
  }
}

variable "github_repository_id" {
  description = "Its number: `gh api repos/OWNER/REPOSITORY --jq .id`. Null as above."
  type        = number
}

variable "branch" {
  description = "Branch whose workflows may use the roles, beside those of pull requests."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.branch))
    error_message = "branch is the name of one branch: no wildcards."
  }
}

variable "environment" {
  description = "GitHub environment whose jobs may apply and destroy. Its reviewers stand between a pull request and the account."
  type        = string
  default     = "benchmark-infrastructure"

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+$", var.environment))
    error_message = "environment is the name of one environment: letters, digits, dots, hyphens and underscores."
  }
}

variable "create_oidc_provider" {
  description = "Whether to create GitHub's OIDC provider. An account has one: false if it is there already."
  type        = bool
  default     = true
}

variable "create_spot_role" {
  description = "Whether to create AWSServiceRoleForEC2Spot. An account has it once anybody has used spot instances by the console: see `aws iam get-role --role-name AWSServiceRoleForEC2Spot`."
  type        = bool
  default     = false
}

variable "cluster_name" {
  description = "The cluster_name that the root module will get: the role for it may create nothing with another."
  type        = string
  default     = "benchmark"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.cluster_name))
    error_message = "cluster_name has 3 to 24 characters: small letters, digits and hyphens; it begins with a letter and does not end with a hyphen."
  }

  validation {
    condition     = !startswith("${var.name}-", "${var.cluster_name}-")
    error_message = "The names of the roles must not begin like the cluster's: whoever may create the cluster may change every role that does, and could give itself any right. Choose another name or cluster_name."
  }
}

variable "bucket" {
  description = "The bucket that the root module will create. Default: the name it chooses itself, <cluster_name>-default-<account>-<region>."
  type        = string
  default     = null
}

variable "state_key" {
  description = "Key of the root module's state in the state bucket."
  type        = string
  default     = "emr-eks/terraform.tfstate"
}

variable "virtual_cluster_id" {
  description = "The one virtual cluster for job runs. Unknown before the first apply, so the default is every one of the account and region; give it afterwards."
  type        = string
  default     = "*"

  validation {
    condition     = can(regex("^([0-9a-z]{1,64}|\\*)$", var.virtual_cluster_id))
    error_message = "virtual_cluster_id is the output of the root module, or *."
  }
}
