# A job of Nomad. Its two limits are those of kubernetes.yaml: supervise's
# max_restarts 3 in max_seconds 5 inside the task, and here 2 restarts of the
# task in 5 minutes, 15 seconds apart; then the allocation fails, and is placed
# anew after 30 s, 1 min, 2 min and so on.
job "shop" {
  type = "service"

  group "shop" {
    restart {
      attempts = 2
      interval = "5m"
      delay    = "15s"
      mode     = "fail"
    }

    reschedule {
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "10m"
      unlimited      = true
    }

    task "shop" {
      driver = "docker"

      # More than stop_timeout in supervise.conf.
      kill_signal  = "SIGTERM"
      kill_timeout = "10s"

      config {
        image           = "shop"
        args            = ["run"]
        readonly_rootfs = true
        tmpfs           = ["/run"]
      }

      service {
        name     = "shop"
        provider = "nomad"

        check {
          type     = "script"
          command  = "/supervise"
          args     = ["healthy", "-t", "1s"]
          interval = "10s"
          timeout  = "2s"
        }
      }
    }
  }
}
