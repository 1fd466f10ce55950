{{/*
What a schema cannot tell: values that contradict each other. Every one that is found is told, each with what to do.
*/}}
{{- define "mnemo.checks" -}}
{{- $v := .Values -}}
{{- $wrong := list -}}

{{- $redis := $v.redis -}}
{{- if $redis.tryout.enabled -}}
  {{- if $redis.addresses -}}
    {{- $wrong = append $wrong "redis.tryout.enabled and redis.addresses: both name a Redis. Keep one of them" -}}
  {{- end -}}
  {{- if ne $redis.mode "single" -}}
    {{- $wrong = append $wrong (printf
        "redis.mode %s: redis.tryout is a single server. Set mode to single, or name your own Redis in redis.addresses"
        $redis.mode) -}}
  {{- end -}}
  {{- if or $redis.tls.enabled $redis.username -}}
    {{- $wrong = append $wrong
        "redis.tryout has neither TLS nor users. Leave redis.tls.enabled and redis.username out, or name your own Redis in redis.addresses" -}}
  {{- end -}}
{{- else if and (ne $redis.mode "single") (not $redis.addresses) -}}
  {{- $wrong = append $wrong (printf
      "redis.addresses: empty, and redis.mode is %s. List the host:port of each of its %s"
      $redis.mode (ternary "Sentinels" "nodes" (eq $redis.mode "sentinel"))) -}}
{{- end -}}
{{- if and (eq $redis.mode "single") (gt (len $redis.addresses) 1) -}}
  {{- $wrong = append $wrong (printf
      "redis.addresses: %d, and redis.mode is single. Set mode to sentinel or cluster, or keep one address"
      (len $redis.addresses)) -}}
{{- end -}}
{{- if and (eq $redis.mode "sentinel") (not $redis.sentinel.master) -}}
  {{- $wrong = append $wrong
      "redis.sentinel.master: empty. Say the name of the group that the Sentinels watch, as in their `sentinel monitor`" -}}
{{- end -}}
{{- if and (ne $redis.mode "sentinel") (or $redis.sentinel.master $redis.sentinel.passwordKey) -}}
  {{- $wrong = append $wrong (printf
      "redis.sentinel: set, and redis.mode is %s. Set mode to sentinel, or leave it out"
      $redis.mode) -}}
{{- end -}}
{{- if and (eq $redis.mode "cluster") (ne (int $redis.database) 0) -}}
  {{- $wrong = append $wrong (printf "redis.database %d: a cluster has only 0. Leave it out" (int $redis.database)) -}}
{{- end -}}
{{- if and (or $redis.username $redis.sentinel.passwordKey) (not $redis.existingSecret) -}}
  {{- $wrong = append $wrong
      "redis.username or redis.sentinel.passwordKey: no Secret holds the password. Name it in redis.existingSecret" -}}
{{- end -}}
{{- $ca := $redis.tls -}}
{{- if and $ca.existingSecret $ca.existingConfigMap -}}
  {{- $wrong = append $wrong "redis.tls.existingSecret and redis.tls.existingConfigMap: both name a CA. Keep one of them" -}}
{{- end -}}
{{- if and (or $ca.existingSecret $ca.existingConfigMap) (not $ca.enabled) -}}
  {{- $wrong = append $wrong
      "redis.tls: a CA is named, and enabled is false. Set redis.tls.enabled to true, or leave the CA out" -}}
{{- end -}}

{{- $needs := int (include "mnemo.grace" .) -}}
{{- $given := $v.drain.graceSeconds -}}
{{- if and (not (kindIs "invalid" $given)) (lt (int $given) $needs) -}}
  {{- $wrong = append $wrong (printf (print
      "drain.graceSeconds %d: too short, streams would be cut. A stop takes "
      "preStopSeconds %d + streamsSeconds %d + settleSeconds %d + 5 to spare = %d. Leave it out to have it computed")
      (int $given) (int $v.drain.preStopSeconds) (int $v.drain.streamsSeconds) (int $v.drain.settleSeconds) $needs) -}}
{{- end -}}

{{- $scaling := $v.autoscaling -}}
{{- if $scaling.enabled -}}
  {{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) -}}
    {{- $wrong = append $wrong (printf
        "autoscaling.minReplicas %d: more than maxReplicas %d. Raise maxReplicas, or lower minReplicas"
        (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
  {{- end -}}
  {{- if not (or $scaling.cpu.enabled $scaling.inFlight.enabled) -}}
    {{- $wrong = append $wrong "autoscaling.enabled: nothing to scale by. Enable autoscaling.cpu or autoscaling.inFlight" -}}
  {{- end -}}
  {{- if and $scaling.cpu.enabled (not (dig "requests" "cpu" "" $v.resources)) -}}
    {{- $wrong = append $wrong "autoscaling.cpu: a share of nothing. Set resources.requests.cpu" -}}
  {{- end -}}
  {{- if gt (int ($scaling.inFlight.target | default 1)) (int $v.limits.inFlight) -}}
    {{- $wrong = append $wrong (printf
        "autoscaling.inFlight.target %d: more than limits.inFlight %d, at which a replica refuses calls. Leave it out for 60 %% of the limit"
        (int $scaling.inFlight.target) (int $v.limits.inFlight)) -}}
  {{- end -}}
{{- end -}}

{{- $away := toString $v.podDisruptionBudget.maxUnavailable -}}
{{- if and $v.podDisruptionBudget.enabled (has $away (list "0" "0%")) -}}
  {{- $wrong = append $wrong (printf
      "podDisruptionBudget.maxUnavailable %s: no node could ever be drained. Allow 1 at least, or set enabled to false"
      $away) -}}
{{- end -}}

{{- /* What a value sets, nothing else may: the other would be lost without a word. */ -}}
{{- $set := dict "tenants" "tenants" "reload" "tenants.reload" "drain" "drain.streamsSeconds" "after.drain" "drain.settleSeconds"
    "body-limit" "limits.bodyMegabytes" "limits.in-flight" "limits.inFlight" "limits.connections" "limits.connections"
    "redis.url" "redis.addresses" "redis.username" "redis.username" "redis.password" "redis.existingSecret"
    "redis.sentinel-password" "redis.sentinel.passwordKey" "redis.ca" "redis.tls" -}}
{{- $variables := dict "SERVER_PORT" "service.port" "MANAGEMENT_SERVER_PORT" "management.port" "REDIS_URL" "redis.addresses"
    "LOGGING_STRUCTURED_FORMAT_CONSOLE" "logs.format" "OTEL_EXPORTER_OTLP_ENDPOINT" "traces.endpoint"
    "SPRING_CONFIG_ADDITIONALLOCATION" "config" -}}
{{- range $name, $value := $set -}}
  {{- $variables = set $variables (printf "MNEMO_%s" ($name | replace "." "_" | replace "-" "" | upper)) $value -}}
  {{- $path := splitList "." $name -}}
  {{- $own := $v.config.mnemo | default dict -}}
  {{- if hasKey (ternary $own (get $own (first $path) | default dict) (eq (len $path) 1)) (last $path) -}}
    {{- $wrong = append $wrong (printf "config: mnemo.%s is set by the chart. Use its value %s" $name $value) -}}
  {{- end -}}
{{- end -}}
{{- range $v.extraEnv -}}
  {{- if hasKey $variables .name -}}
    {{- $wrong = append $wrong (printf "extraEnv: %s is set by the chart. Use its value %s" .name (get $variables .name)) -}}
  {{- end -}}
{{- end -}}

{{- if and $v.ingress.enabled (not $v.ingress.hosts) -}}
  {{- $wrong = append $wrong "ingress.hosts: empty. List the names under which clients call, such as llm.example.com" -}}
{{- end -}}
{{- if $v.httpRoute.enabled -}}
  {{- if not $v.httpRoute.hosts -}}
    {{- $wrong = append $wrong "httpRoute.hosts: empty. List the names under which clients call, such as llm.example.com" -}}
  {{- end -}}
  {{- if not $v.httpRoute.parentRefs -}}
    {{- $wrong = append $wrong
        "httpRoute.parentRefs: empty. Name the Gateway that it belongs to, such as {name: public, namespace: gateways}" -}}
  {{- end -}}
{{- end -}}

{{- if and $v.tests.existingSecret (not $v.tests.model) -}}
  {{- $wrong = append $wrong
      "tests.model: empty, and tests.existingSecret has a key for a real call. Say the model that it asks" -}}
{{- end -}}
{{- if and $v.tests.model (not $v.tests.existingSecret) -}}
  {{- $wrong = append $wrong
      "tests.existingSecret: empty, and tests.model names a model. Name the Secret with a tenant's key, or leave the model out" -}}
{{- end -}}

{{- if $wrong -}}
  {{- fail (printf "\n\nmnemo-gateway: these values cannot work:\n- %s\n" (join "\n- " $wrong)) -}}
{{- end -}}
{{- end }}

{{/* Seconds that a stop may take: leave the Services, finish the streams, settle and record, and a little to spare. */}}
{{- define "mnemo.grace" -}}
{{- with .Values.drain -}}
{{ add (int .preStopSeconds) (int .streamsSeconds) (int .settleSeconds) 5 }}
{{- end -}}
{{- end }}
