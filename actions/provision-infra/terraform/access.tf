locals {
  viewers_group  = "emr-eks-actions:viewers"
  planners_group = "emr-eks-actions:planners"

  access_entries = merge(
    {
      for arn in var.administrators : arn => {
        principal_arn = arn
        policy_associations = {
          admin = {
            policy_arn   = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
            access_scope = { type = "cluster" }
          }
        }
      }
    },
    { for arn in var.planners : arn => { principal_arn = arn, kubernetes_groups = [local.planners_group] } },
    { for arn in var.viewers : arn => { principal_arn = arn, kubernetes_groups = [local.viewers_group] } },
  )
}

# Viewers: what run-spark-job watches, and nothing else.

resource "kubernetes_role_v1" "viewers" {
  metadata {
    name      = "emr-eks-actions-viewers"
    namespace = kubernetes_namespace_v1.jobs.metadata[0].name
  }

  rule {
    api_groups = [""]
    resources  = ["pods", "pods/log", "events"]
    verbs      = ["get", "list", "watch"]
  }
}

resource "kubernetes_role_binding_v1" "viewers" {
  metadata {
    name      = "emr-eks-actions-viewers"
    namespace = kubernetes_namespace_v1.jobs.metadata[0].name
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Role"
    name      = kubernetes_role_v1.viewers.metadata[0].name
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = local.viewers_group
  }
}

resource "kubernetes_cluster_role_v1" "viewers" {
  metadata {
    name = "emr-eks-actions-viewers"
  }

  rule {
    api_groups = [""]
    resources  = ["nodes"]
    verbs      = ["get", "list", "watch"]
  }

  rule {
    api_groups = ["karpenter.sh"]
    resources  = ["nodeclaims", "nodepools"]
    verbs      = ["get", "list", "watch"]
  }

  depends_on = [module.eks]
}

resource "kubernetes_cluster_role_binding_v1" "viewers" {
  metadata {
    name = "emr-eks-actions-viewers"
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = kubernetes_cluster_role_v1.viewers.metadata[0].name
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = local.viewers_group
  }
}

# Planners: what a plan of this module refreshes.

resource "kubernetes_cluster_role_v1" "planners" {
  metadata {
    name = "emr-eks-actions-planners"
  }

  rule {
    api_groups = [""]
    resources  = ["namespaces"]
    verbs      = ["get"]
  }

  rule {
    api_groups = ["rbac.authorization.k8s.io"]
    resources  = ["clusterroles", "clusterrolebindings", "roles", "rolebindings"]
    verbs      = ["get"]
  }

  depends_on = [module.eks]
}

resource "kubernetes_cluster_role_binding_v1" "planners" {
  metadata {
    name = "emr-eks-actions-planners"
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = kubernetes_cluster_role_v1.planners.metadata[0].name
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = local.planners_group
  }
}

# Helm keeps its records as Secrets of the namespace.
resource "kubernetes_role_v1" "planners" {
  metadata {
    name      = "emr-eks-actions-planners"
    namespace = helm_release.karpenter_crd.namespace
  }

  rule {
    api_groups = [""]
    resources  = ["secrets"]
    verbs      = ["get", "list"]
  }
}

resource "kubernetes_role_binding_v1" "planners" {
  metadata {
    name      = "emr-eks-actions-planners"
    namespace = helm_release.karpenter_crd.namespace
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Role"
    name      = kubernetes_role_v1.planners.metadata[0].name
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = local.planners_group
  }
}
