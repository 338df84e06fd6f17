" Vim syntax file
" Language: Loss
" Made from the tables of Loss: RECORD_SCRIPTS=1 swift test --filter EditorFilesTests

if exists("b:current_syntax")
  finish
endif
let s:cpo_save = &cpo
set cpo&vim

syn case match

syn keyword lossStatement param data let print import assert check table plot minimize
syn keyword lossConditional if then else for in at
syn keyword lossOperatorWord and or not
syn keyword lossConstant true false pi inf nan
syn keyword lossBuiltin abs acos all any argmax argmin argsort asin
syn keyword lossBuiltin atan atan2 ceil cholesky clamp codes columns concat
syn keyword lossBuiltin cos cosh cossim count cross_entropy csv cumlse cumprod
syn keyword lossBuiltin cumsum diag diff dot drop erf erfc exp
syn keyword lossBuiltin expm1 eye floor fold full gap grad gradcheck
syn keyword lossBuiltin hard hardmax hess hvp hypot isfinite isnan jac
syn keyword lossBuiltin jvp kinks len lgamma linspace log log10 log1mexp
syn keyword lossBuiltin log1p log2 logaddexp logdet logmeanexp logsigmoid logsoftmax lse
syn keyword lossBuiltin map max mean median min norm onehot ones
syn keyword lossBuiltin outer permutation prod quantile rand randn record relu
syn keyword lossBuiltin reshape reverse round scan shape sigmoid sign sin
syn keyword lossBuiltin sinh slopes smooth smoothabs smoothmax softmax softplus solve
syn keyword lossBuiltin sort sqrt square stack std step stop sum
syn keyword lossBuiltin tan tanh topk trace transpose unique var vjp
syn keyword lossBuiltin where xlogy zeros

syn match lossConstant "\%(π\|∞\)\K\@!"
syn match lossOperator "[-!%*+/<=>@~·×≈≠≤≥⋅^]\|\.\.[.<]"
syn match lossBuiltin "∇"
syn match lossStatement "\%([[:alnum:]_)\]}\"] \)\@2<=\%(within\|over\|with\|to\)\%(\s*(\|\s\+[[:alnum:]_\"[.{∇-]\)\@="

syn match lossNumber "\<\d[0-9_]*\%(\.\d[0-9_]*\)\=\%([eE][-+]\=\d[0-9_]*\)\="
syn match lossNumber "[.[:alnum:]_]\@1<!\.\d[0-9_]*\%([eE][-+]\=\d[0-9_]*\)\="
syn match lossNumber "\.\.[.<]\zs\.\d[0-9_]*"
syn match lossNumber "\<0[xX][0-9A-Fa-f_]*\%(\.[0-9A-Fa-f][0-9A-Fa-f_]*\)\=\%([pP][-+]\=\d\+\)\="

syn match lossField "\.\@1<!\.\s*\%(\h\|[^\x00-\x7F]\)\%(\w\|[^\x00-\x7F]\)*"
syn match lossFunction "\%(\<let\s\+\)\@5<=\k\+\%(\s*(\)\@="

syn match lossCommand "\%(^\|;\)\s*:set\S\@!"

syn match lossEscape "\\\%([nt\"\\]\|u{\x\{1,6}}\)" contained
syn region lossString start=+"+ skip=+\\\\\|\\"+ end=+"+ end=+$+ oneline contains=lossEscape,@Spell

syn keyword lossTodo TODO FIXME XXX contained
syn match lossComment "#.*$" contains=lossTodo,@Spell
syn match lossDocumentation "###\@!.*$" contains=lossTodo,@Spell

hi def link lossStatement Statement
hi def link lossConditional Conditional
hi def link lossOperatorWord Operator
hi def link lossConstant Constant
hi def link lossBuiltin Function
hi def link lossFunction Identifier
hi def link lossOperator Operator
hi def link lossNumber Number
hi def link lossField Normal
hi def link lossCommand PreProc
hi def link lossEscape SpecialChar
hi def link lossString String
hi def link lossTodo Todo
hi def link lossComment Comment
hi def link lossDocumentation SpecialComment

let b:current_syntax = "loss"
let &cpo = s:cpo_save
unlet s:cpo_save
