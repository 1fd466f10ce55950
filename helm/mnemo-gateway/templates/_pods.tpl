{{/* The metadata of a template of pods. Nothing in it changes with the chart's version only: that would restart them all. */}}
{{- define "mnemo.pod.metadata" -}}
labels:
  {{- include "mnemo.selector" . | nindent 2 }}
  {{- with merge (dict) (.labels | default dict) .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Of every pod here: what the Pod Security Standard `restricted` asks for, and no token of the API, which none of them calls. */}}
{{- define "mnemo.pod" -}}
automountServiceAccountToken: false
# Variables of neighbouring Services could be taken for settings: of one named mnemo-redis there would be a MNEMO_REDIS_PORT.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  {{- with .user.runAsUser }}
  runAsUser: {{ int64 . }}
  {{- end }}
  {{- with .user.runAsGroup }}
  runAsGroup: {{ int64 . }}
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "mnemo.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}
