/* SPDX-License-Identifier: Apache-2.0 */
/* The page's parts as texts that end in NUL: report_html.c puts them together.
 * PAGE_CHART is the path of Chart.js, or not defined where there is none. */
	.macro part name, path:vararg
	.globl \name
	.type \name, @object
\name:
	.incbin \path
	.byte 0
	.size \name, . - \name
	.endm

	.section .rodata
	part page_html, "analyzer/report/page/page.html"
	part page_css, "analyzer/report/page/page.css"
page_script:
	.globl page_script
	.incbin "analyzer/report/page/format.js"
	.incbin "analyzer/report/page/table.js"
	.incbin "analyzer/report/page/charts.js"
	.incbin "analyzer/report/page/page.js"
	.byte 0
page_chart:
	.globl page_chart
#ifdef PAGE_CHART
	.incbin PAGE_CHART
#endif
	.byte 0
	.section .note.GNU-stack, "", @progbits
