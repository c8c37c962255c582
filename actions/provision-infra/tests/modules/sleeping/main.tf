# Takes five minutes to create, and leaves the id of the process that waits in the file `waiting`.

resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "echo $$ > waiting.part && mv waiting.part waiting && exec sleep 300"
  }
}
