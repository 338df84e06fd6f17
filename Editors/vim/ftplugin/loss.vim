" Vim filetype plugin
" Language: Loss

if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:##,:# commentstring=#\ %s
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal suffixesadd=.loss
" gq and gggqG format what they are given: whole statements.
setlocal formatprg=loss\ fmt\ -
" :make shows what lint finds in the quickfix list.
setlocal makeprg=loss\ lint\ %:S
setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%-G%.%#

let b:undo_ftplugin = "setlocal comments< commentstring< expandtab< shiftwidth< softtabstop<"
      \ . " suffixesadd< formatprg< makeprg< errorformat<"
