{{/* The addresses, one a line. Without any, the Service that redis.tryout would make, by its name. */}}
{{- define "mnemo.redis.addresses" -}}
{{- range .Values.redis.addresses | default (list (printf "%s-redis:6379" (include "mnemo.name" .))) }}
{{- . }}{{ if not (regexMatch ":[0-9]+$" .) }}:{{ ternary 26379 6379 (eq $.Values.redis.mode "sentinel") }}{{ end }}
{{ end }}
{{- end }}

{{/* The url holds no user and no password: the process takes them from variables of their own, where nothing needs escaping. */}}
{{- define "mnemo.redis.url" -}}
{{- $redis := .Values.redis -}}
{{- $tls := ternary "rediss" "redis" $redis.tls.enabled -}}
{{- $all := include "mnemo.redis.addresses" . | trim | splitList "\n" -}}
{{- if eq $redis.mode "sentinel" -}}
{{ $tls }}-sentinel://{{ join "," $all }}/{{ $redis.database }}#{{ $redis.sentinel.master }}
{{- else if eq $redis.mode "cluster" -}}
{{- /* Several nodes are what tells a cluster. Of one address, as managed clusters have it, two are made. */ -}}
{{- if eq (len $all) 1 }}{{ $all = concat $all $all }}{{ end -}}
{{ $tls }}://{{ join (printf ",%s://" $tls) $all }}
{{- else -}}
{{ $tls }}://{{ first $all }}/{{ $redis.database }}
{{- end -}}
{{- end }}

{{/* The ports to let through, one a line. Sentinels name a primary, which listens elsewhere. */}}
{{- define "mnemo.redis.ports" -}}
{{- $ports := list -}}
{{- range include "mnemo.redis.addresses" . | trim | splitList "\n" }}{{ $ports = append $ports (regexFind "[0-9]+$" .) }}{{ end -}}
{{- if eq .Values.redis.mode "sentinel" }}{{ $ports = append $ports "6379" }}{{ end -}}
{{- range .Values.networkPolicy.redis.ports }}{{ $ports = append $ports (toString .) }}{{ end -}}
{{- uniq $ports | join "\n" -}}
{{- end }}
