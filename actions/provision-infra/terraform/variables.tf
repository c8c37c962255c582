variable "cluster_name" {
  description = "Name of the EKS cluster, and the beginning of the name of everything else."
  type        = string
  default     = "benchmark"

  validation {
    # Bucket `<name>-default-<account>-<region>` may have 63 characters; the policies of the roles go by this beginning.
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.cluster_name))
    error_message = "cluster_name has 3 to 24 characters: small letters, digits and hyphens; it begins with a letter and does not end with a hyphen."
  }
}

variable "region" {
  description = "AWS region. Default: AWS_REGION of the environment."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for everything that can have them."
  type        = map(string)
  default     = { Environment = "dev" }

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:") && !startswith(key, "emr-eks-actions/")])
    error_message = "Tags beginning with aws: belong to AWS, those beginning with emr-eks-actions/ to this module."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC. Each of its six subnets gets an eighth."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 3, 5)) && try(tonumber(split("/", var.vpc_cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.vpc_cidr)[1]), 99) <= 21
    error_message = "vpc_cidr is an IPv4 range such as 10.0.0.0/16, with a prefix from /16 to /21: every pod has an address of its own."
  }
}

variable "availability_zones" {
  description = "Three availability zones. Default: the first three of the region."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, 3], length(distinct(var.availability_zones))) && length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "availability_zones has three different zones, or none."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes version of the cluster. One minor version at a time when it is raised."
  type        = string
  default     = "1.35"

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version is a minor version, such as 1.35."
  }
}

variable "endpoint_public_access_cidrs" {
  description = "Networks from which the Kubernetes API answers. GitHub's hosted runners have no fixed addresses, so the default is every network; who may do what is decided by access entries. Empty: only from within the VPC."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for cidr in var.endpoint_public_access_cidrs : can(cidrhost(cidr, 0))])
    error_message = "endpoint_public_access_cidrs are ranges such as 203.0.113.0/24."
  }
}

variable "control_plane_logs" {
  description = "Logs of the control plane that go to CloudWatch: api, audit, authenticator, controllerManager, scheduler. None by default: EKS may create the log group again after destroy, and it costs for as long as it stands."
  type        = list(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.control_plane_logs, ["api", "audit", "authenticator", "controllerManager", "scheduler"])) == 0
    error_message = "control_plane_logs are some of api, audit, authenticator, controllerManager and scheduler."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps logs, of jobs and of the control plane."
  type        = number
  default     = 7

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days is 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "addon_versions" {
  description = "Versions of EKS add-ons, such as { coredns = \"v1.12.4-eksbuild.1\" }. Default: what EKS prefers for this Kubernetes version, which can change between two plans."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.addon_versions), ["coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"])) == 0
    error_message = "addon_versions may name coredns, eks-pod-identity-agent, kube-proxy, metrics-server and vpc-cni."
  }
}

variable "system_instance_types" {
  description = "Instance types of the small node group that runs Karpenter, the add-ons and the job submitters."
  type        = list(string)
  default     = ["m5.large"]

  validation {
    condition     = length(var.system_instance_types) > 0
    error_message = "system_instance_types needs at least one type."
  }
}

variable "system_node_count" {
  description = "Nodes of that group. Karpenter runs twice, each on a node of its own."
  type        = number
  default     = 2

  validation {
    condition     = var.system_node_count >= 2 && var.system_node_count <= 10 && floor(var.system_node_count) == var.system_node_count
    error_message = "system_node_count is a whole number from 2 to 10."
  }
}

variable "karpenter_version" {
  description = "Version of Karpenter's two charts."
  type        = string
  default     = "1.14.1"

  validation {
    condition     = can(regex("^1\\.[0-9]+\\.[0-9]+$", var.karpenter_version))
    error_message = "karpenter_version is a release of Karpenter 1, such as 1.14.1."
  }
}

variable "namespace" {
  description = "Kubernetes namespace of the virtual cluster. Jobs run in it."
  type        = string
  default     = "analytics"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace)) && !contains(["default", "karpenter"], var.namespace) && !startswith(var.namespace, "kube-")
    error_message = "namespace has at most 63 small letters, digits and hyphens, and is not default, karpenter or one of Kubernetes' own."
  }
}

variable "allow_glue" {
  description = "Whether jobs may use the tables of the account's Glue catalog."
  type        = bool
  default     = false
}

variable "bucket" {
  description = "Name of the bucket for scripts, logs, event logs and records. Default: <cluster_name>-default-<account>-<region>."
  type        = string
  default     = null

  validation {
    condition     = var.bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket has 3 to 63 characters: small letters, digits, hyphens and dots."
  }
}

variable "force_destroy" {
  description = "Whether destroy also deletes the bucket while it holds objects: event logs, run records and the history of comparisons are then lost. With false, destroy fails at a bucket that is not empty."
  type        = bool
  default     = false
}

variable "expire_after_days" {
  description = "Days after which container logs and event logs are deleted. 0: never. Run records and the history stay."
  type        = number
  default     = 90

  validation {
    condition     = var.expire_after_days >= 0 && floor(var.expire_after_days) == var.expire_after_days
    error_message = "expire_after_days is a whole number of days, or 0."
  }
}

variable "administrators" {
  description = "ARNs of the IAM roles that administer the cluster: every role that applies, destroys or sets up NodePools. Empty: the role that runs Terraform, which is right only if plan and apply run as the same role."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.administrators : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "administrators are ARNs of IAM roles or users, not of sessions (arn:aws:sts::…)."
  }
}

variable "planners" {
  description = "ARNs of the IAM roles that only plan: they may read what a plan refreshes, including Helm's own records in the namespace karpenter."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.planners : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "planners are ARNs of IAM roles or users, not of sessions (arn:aws:sts::…)."
  }

  validation {
    condition     = length(setintersection(var.planners, var.administrators)) == 0
    error_message = "A role is an administrator or a planner, not both: EKS has one access entry for each."
  }
}

variable "viewers" {
  description = "ARNs of the IAM roles that may see pods, their logs and events in the namespace, and nodes, NodeClaims and NodePools: the role of run-spark-job."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.viewers : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "viewers are ARNs of IAM roles or users, not of sessions (arn:aws:sts::…)."
  }

  validation {
    condition     = length(setintersection(var.viewers, setunion(var.administrators, var.planners))) == 0
    error_message = "A role is an administrator, a planner or a viewer, only one of them: EKS has one access entry for each."
  }
}
