{{/* The release's name, with the chart's where it does not say it. 52, so that the longest suffix still fits in 63. */}}
{{- define "mnemo.name" -}}
{{- $chart := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $chart) (contains $chart .Release.Name) -}}
{{- default $full .Values.fullnameOverride | replace "." "-" | trunc 52 | trimSuffix "-" -}}
{{- end }}

{{/* What selects pods. A Deployment's selector can never be changed: nothing here may depend on a version or a value. */}}
{{- define "mnemo.selector" -}}
app.kubernetes.io/name: mnemo-gateway
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "mnemo.labels" -}}
{{ include "mnemo.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: mnemo
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- with merge (dict) (.labels | default dict) .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The metadata of an object: root, component; name or suffix, labels and annotations where it has any of its own. */}}
{{- define "mnemo.metadata" -}}
name: {{ .name | default (include "mnemo.name" .root) }}{{ with .suffix }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "mnemo.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "mnemo.image" -}}
{{- $tag := .tag | default .fallback -}}
{{ with .registry }}{{ . }}/{{ end }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ $tag }}{{ end }}
{{- end }}

{{- define "mnemo.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "mnemo.name" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
