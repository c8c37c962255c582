locals {
  # A namespace of its own: whoever plans must read Helm's records, which are Secrets, and in this one are no others.
  karpenter_namespace = "karpenter"
  karpenter_charts    = "oci://public.ecr.aws/karpenter"
}

# Role and Pod Identity of the controller, role and access entry of its nodes, and the queue with the events of spot
# interruptions, which replaces the node termination handler.
module "karpenter" {
  #checkov:skip=CKV_TF_1:A module of the registry is pinned by its version; the registry knows no commits
  source  = "terraform-aws-modules/eks/aws//modules/karpenter"
  version = "21.19.0"

  cluster_name = module.eks.cluster_name
  namespace    = local.karpenter_namespace

  iam_role_name            = "${var.cluster_name}-karpenter"
  iam_role_use_name_prefix = false
  # The policy has more characters than a managed one may have, once names are long.
  enable_inline_policy       = true
  iam_policy_name            = "${var.cluster_name}-karpenter"
  iam_policy_use_name_prefix = false

  # The EC2NodeClass names this role.
  node_iam_role_name            = "${var.cluster_name}-karpenter-node"
  node_iam_role_use_name_prefix = false

  queue_name = "${var.cluster_name}-karpenter"
  # A rule's name is this, the event, and 26 characters; it may have 64.
  rule_name_prefix = "${substr(var.cluster_name, 0, 16)}-"
}

# The definitions of NodePool and its kin have a chart of their own: Helm never upgrades those in a chart's `crds` folder.
# It is the last to go on destroy, when nothing of these kinds is left.
resource "helm_release" "karpenter_crd" {
  name             = "karpenter-crd"
  namespace        = local.karpenter_namespace
  create_namespace = true
  repository       = local.karpenter_charts
  chart            = "karpenter-crd"
  version          = var.karpenter_version

  wait    = true
  timeout = 300

  # Not before the nodes and add-ons, and on destroy not after them.
  depends_on = [module.eks]
}

resource "helm_release" "karpenter" {
  name       = "karpenter"
  namespace  = local.karpenter_namespace
  repository = local.karpenter_charts
  chart      = "karpenter"
  version    = var.karpenter_version

  skip_crds = true
  wait      = true
  timeout   = 600

  values = [yamlencode({
    serviceAccount = { name = module.karpenter.service_account }
    settings = {
      clusterName       = module.eks.cluster_name
      clusterEndpoint   = module.eks.cluster_endpoint
      interruptionQueue = module.karpenter.queue_name
    }
    # Never on a node that Karpenter itself manages.
    nodeSelector = merge({ "kubernetes.io/os" = "linux" }, local.system_node_labels)
    # Its own name resolution must not wait for coredns, which may wait for a node.
    dnsPolicy = "Default"
    controller = {
      resources = {
        requests = { cpu = "500m", memory = "1Gi" }
        limits   = { memory = "1Gi" }
      }
    }
  })]

  # The module's roles and rules outlive the controller: without them it could not end its instances.
  depends_on = [module.eks, module.karpenter, helm_release.karpenter_crd]
}
