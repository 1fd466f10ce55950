# Mnemo Gateway. `make help` lists what there is to do.
.DEFAULT_GOAL := help
.PHONY: help run test test-kubernetes jar check-tenants image test-image image-classes bench bench-memory fmt clean jdk

# The newest JDK that is installed, wherever the platform keeps them; the default `java` may be older.
JAVA_HOME := $(shell ./.ci/find-jdk)
export JAVA_HOME
# Maven 3.8's own libraries make JDK 25 warn on every start.
export MAVEN_OPTS := --sun-misc-unsafe-memory-access=allow
MVN := mvn -B

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: jdk ## Run the gateway with embedded Redis, a fake LLM and sample tenants
	@echo "Building Mnemo Gateway (the first time downloads its libraries; a few minutes) ..."
	@$(MVN) -q -pl gateway -am -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/run.classpath -Dmdep.includeScope=test
	@exec "$(JAVA_HOME)/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xmx512m \
	  -cp "gateway/target/classes:gateway/target/test-classes:$$(cat gateway/target/run.classpath)" dev.mnemo.gateway.Demo

test: jdk ## Run the whole gate: format, lint, unit and end-to-end tests
	@$(MVN) -T 2 verify

test-kubernetes: ## Install, upgrade and remove the chart in the cluster of KUBECONFIG (one without nodes will do)
	@helm/test-kubernetes

jar: jdk ## Build the production jar: gateway/target/mnemo-gateway.jar
	@$(MVN) -q -pl gateway -am -DskipTests package

check-tenants: jdk gateway/target/mnemo-gateway.jar ## Check the tenant files of DIR=…; with STRICT=1 their credentials must be at hand
	@[ -n "$(DIR)" ] || { echo "Say which directory: make check-tenants DIR=tenants"; exit 2; }
	@"$(JAVA_HOME)/bin/java" -jar gateway/target/mnemo-gateway.jar check-tenants "$(DIR)" $(if $(STRICT),--strict)

# Built anew only when a source is newer, so that checking files takes a second.
gateway/target/mnemo-gateway.jar: pom.xml $(shell find tenant-config filters gateway -path '*/src/main/*' -type f -o -name pom.xml)
	@$(MVN) -q -pl gateway -am -DskipTests package
	@touch $@

image: jar ## Build the image, without a daemon: gateway/target/mnemo-gateway-image.tar
	@gateway/image/build $(BASE)

test-image: jdk ## Run that image in a read-only root, as root
	@gateway/image/test

image-classes: jdk ## Write down anew which classes the image's archive holds (now and then; after `make image`, as root)
	@gateway/image/test --record

bench: jdk ## Compare with a plain Spring Cloud Gateway, side by side
	@$(MVN) -q -Pbench -DskipTests package
	@"$(JAVA_HOME)/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xmx512m -cp "bench/target/classes:bench/target/lib/*" dev.mnemo.bench.Bench

bench-memory: jdk ## Measure what retrieval finds; LOCOMO=… adds the public conversations
	@$(MVN) -q -Pbench -pl bench -am -DskipTests package
	@"$(JAVA_HOME)/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xmx512m -cp "bench/target/classes:bench/target/lib/*" dev.mnemo.bench.memory.MemoryBench "$(LOCOMO)" "$(MODEL)"

fmt: jdk ## Format the sources
	@$(MVN) -q -Pbench spotless:apply

clean: ## Remove what was built
	@rm -rf target */target

jdk:
	@[ -n "$(JAVA_HOME)" ] || { echo "Mnemo needs a JDK 25 or newer (it may stand beside an older default). Install one, for instance Temurin 25, or set JAVA_HOME to it."; exit 1; }
	@command -v mvn >/dev/null || { echo "Mnemo needs Maven 3.8.7 or newer: install it with your package manager (apt install maven, brew install maven)."; exit 1; }
