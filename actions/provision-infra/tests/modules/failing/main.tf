# The first resource is created, the second one fails.

resource "terraform_data" "first" {
  input = "done"
}

resource "terraform_data" "second" {
  input = terraform_data.first.output

  provisioner "local-exec" {
    command = "exit 9"
  }
}
