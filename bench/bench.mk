# SPDX-License-Identifier: GPL-2.0-or-later
#
# What bench/ needs beyond the component of C sources: hand-written shaders,
# compiled here so that a machine without glslang can run them; the folder that
# programs are pointed at, $(B)/bench; glslang's own library for the compile race.
# Included by the Makefile, which has set B, quiet and LDLIBS.

GLSLANG ?= glslangValidator
SPIRV_OPT ?= spirv-opt

bench_data :=

# $(call bench_shader,NAME,SOURCE,-D options)
define bench_shader
bench_data += $(B)/bench/spv/$(1).spv
$(B)/bench/spv/$(1).spv: bench/glsl/$(2).comp bench/bench.mk
	@mkdir -p $$(@D)
	$$(call quiet,SPIRV,$$@,$(GLSLANG) --quiet --target-env vulkan1.1 $(3) -o $$@.plain $$< && \
		$(SPIRV_OPT) -O --target-env=vulkan1.1 $$@.plain -o $$@ && rm $$@.plain)
endef

$(foreach n,empty increment saxpy-plain triad-plain stencil-plain reduce-plain histogram-plain \
	mandelbrot-plain matmul-plain,$(eval $(call bench_shader,$(n),$(n),)))
$(foreach v,1 2 4,$(foreach n,copy saxpy triad,\
	$(eval $(call bench_shader,$(n)-tuned-$(v),$(n)-tuned,-DVECTORS=$(v)))))
$(foreach r,2 4 8 16,$(eval $(call bench_shader,stencil-tuned-$(r),stencil-tuned,-DROWS=$(r))))
$(foreach v,4 8,$(foreach r,1 4,\
	$(eval $(call bench_shader,reduce-tuned-$(v)-$(r),reduce-tuned,-DVECTORS=$(v) -DROUNDS=$(r)))))
$(foreach t,256 512 1024,\
	$(eval $(call bench_shader,histogram-tuned-$(t),histogram-tuned,-DTHREADS=$(t))))
$(foreach w,8 32 128,\
	$(eval $(call bench_shader,mandelbrot-tuned-$(w),mandelbrot-tuned,-DWIDE=$(w))))
$(foreach d,8 16,$(eval $(call bench_shader,matmul-tuned-$(d),matmul-tuned,-DDEPTH=$(d)))\
	$(eval $(call bench_shader,matmul-tuned-$(d)-exact,matmul-tuned,-DDEPTH=$(d) -DEXACT)))

# $(call bench_copy,FROM FOLDER,PATTERN,TO FOLDER)
define bench_copy
bench_data += $(patsubst $(1)/%,$(B)/bench/$(3)/%,$(wildcard $(1)/$(2)))
$(B)/bench/$(3)/$(subst *,%,$(2)): $(1)/$(subst *,%,$(2))
	@mkdir -p $$(@D)
	@cp $$< $$@
endef

$(eval $(call bench_copy,bench/primitives,*.px,primitives))
$(eval $(call bench_copy,tests/compiler/golden,*.px,golden))
$(eval $(call bench_copy,bench/golden-glsl,*.comp,golden-glsl))

# Debian's glslang is static C++ libraries, fewer of them from release to release;
# without it the race is not run.
ifneq ($(wildcard /usr/include/glslang/Include/glslang_c_interface.h),)
$(B)/bench/compile-glslang: LDLIBS := -lglslang -lMachineIndependent -lGenericCodeGen \
	$(foreach l,OGLCompiler OSDependent,$(if $(wildcard /usr/lib/*/lib$(l).a),-l$(l))) -lSPIRV -lglslang-default-resource-limits \
	-lSPIRV-Tools-opt -lSPIRV-Tools -lstdc++ -lm -lpthread
endif

bench-data: $(bench_data)
.PHONY: bench-data
