locals {
  # What keeps Spark's nodes for Spark: a pod of an add-on on one of them would keep it from being empty.
  system_node_labels = { "emr-eks-actions/nodes" = "system" }

  addons = {
    coredns = {
      autoScaling  = { enabled = true, minReplicas = 2, maxReplicas = 10 }
      nodeSelector = local.system_node_labels
    }
    metrics-server         = { nodeSelector = local.system_node_labels }
    eks-pod-identity-agent = null
    kube-proxy             = null
    vpc-cni                = null
  }
}

module "eks" {
  #checkov:skip=CKV_TF_1:A module of the registry is pinned by its version; the registry knows no commits
  source  = "terraform-aws-modules/eks/aws"
  version = "21.19.0"

  name               = var.cluster_name
  kubernetes_version = var.kubernetes_version
  # At the end of its standard support EKS raises the version by itself, instead of charging six times as much.
  upgrade_policy = { support_type = "STANDARD" }

  vpc_id     = terraform_data.network.output
  subnet_ids = module.vpc.private_subnets

  endpoint_private_access      = true
  endpoint_public_access       = length(var.endpoint_public_access_cidrs) > 0
  endpoint_public_access_cidrs = length(var.endpoint_public_access_cidrs) > 0 ? var.endpoint_public_access_cidrs : null

  # EMR's guide asks for this mode: CreateVirtualCluster then makes the access entry of EMR's own role.
  authentication_mode = "API_AND_CONFIG_MAP"
  # The module takes whoever runs Terraform for the creator. When a plan is made by one role and applied by another,
  # that would make the planning role the administrator, so then `administrators` names them.
  enable_cluster_creator_admin_permissions = length(var.administrators) == 0
  access_entries                           = local.access_entries

  # Secrets are encrypted with a key that AWS owns. A key of one's own would outlive the cluster by its deletion window.
  create_kms_key    = false
  encryption_config = null

  enabled_log_types                      = var.control_plane_logs
  create_cloudwatch_log_group            = length(var.control_plane_logs) > 0
  cloudwatch_log_group_retention_in_days = var.log_retention_days

  iam_role_name            = "${var.cluster_name}-cluster"
  iam_role_use_name_prefix = false

  addons = {
    for name, configuration in local.addons : name => {
      # Two plans of the same module give the same version only when it is pinned, or EKS has not changed its mind;
      # `most_recent` changes it with every release.
      most_recent          = false
      addon_version        = lookup(var.addon_versions, name, null)
      configuration_values = configuration == null ? null : jsonencode(configuration)
      # Nodes need these two before they can be ready.
      before_compute              = contains(["vpc-cni", "eks-pod-identity-agent"], name)
      preserve                    = false
      resolve_conflicts_on_create = "OVERWRITE"
    }
  }

  eks_managed_node_groups = {
    system = {
      ami_type       = "AL2023_x86_64_STANDARD"
      instance_types = var.system_instance_types
      # A newer image would be a change in a plan about something else. Nodes get it when the version is raised.
      use_latest_ami_release_version = false

      min_size     = var.system_node_count
      desired_size = var.system_node_count
      max_size     = var.system_node_count + 1

      labels = local.system_node_labels

      iam_role_name            = "${var.cluster_name}-system"
      iam_role_use_name_prefix = false
    }
  }

  # The one security group with this tag: the EC2NodeClass selects by it, and two groups with it break load balancers.
  node_security_group_tags = { "karpenter.sh/discovery" = var.cluster_name }

  # Also in the launch template, where the provider's default tags do not reach: instances and volumes get them from it.
  tags = local.tags
}
